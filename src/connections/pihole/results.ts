// How a step at a Pi-hole ended.
import type { StepResult } from "../../model/step.ts";

export function done(output: string): StepResult {
  return { result: "done", output };
}

export function failed(because: string): StepResult {
  return { result: "failed", output: "", exitStatus: 1, because };
}

export function unknown(because: string): StepResult {
  return { result: "unknown", because };
}
