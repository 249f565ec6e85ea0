// Drift for Prometheus: text for node_exporter's textfile collector.
import type { DriftItem, DriftReport, DriftStatus } from "../model/drift.ts";

const statuses: readonly DriftStatus[] = ["converged", "drifted", "pending", "both", "new", "unknown"];

/** The exposition format 0.0.4: resources by host and status, hosts that could not be reached, when it was looked. */
export function driftPrometheus({ items, unreachable, created }: DriftReport): string {
  const hosts = [...new Set([...items, ...unreachable].map(({ host }) => host))];
  const count = (host: string, status: DriftStatus): number => items.filter((item) => item.host === host && statusNow(item) === status).length;
  const healed = (host: string): number => items.filter((item) => item.host === host && item.mend?.mend === "healed").length;
  return [
    ...head("hlx_drift_resources", "Resources by host and status."),
    ...hosts.flatMap((host) => statuses.map((status) => `hlx_drift_resources{host="${label(host)}",status="${status}"} ${count(host, status)}`)),
    ...head("hlx_drift_healed_resources", "Resources that this check healed; among the converged."),
    ...hosts.map((host) => `hlx_drift_healed_resources{host="${label(host)}"} ${healed(host)}`),
    ...head("hlx_drift_host_unreachable", "1 for a host that could not be looked at."),
    ...hosts.map((host) => `hlx_drift_host_unreachable{host="${label(host)}"} ${unreachable.some((one) => one.host === host) ? 1 : 0}`),
    ...head("hlx_drift_last_check_timestamp_seconds", "When hlx last looked."),
    `hlx_drift_last_check_timestamp_seconds ${Math.floor(Date.parse(created) / 1000)}`,
    "",
  ].join("\n");
}

function statusNow({ status, mend }: DriftItem): DriftStatus {
  return mend?.mend === "healed" ? "converged" : status;
}

function head(name: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
}

function label(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
