// The limit's program: connects to every host at once, runs one script on each, compares every answer.
import { readFileSync } from "node:fs";
import type { LimitTask } from "../tools/limit.ts";
import { hostKeys, runOnce } from "./connection.ts";
import { checkScript, drift } from "./w1.ts";
import { tarOf, writeScript, written } from "./w2.ts";

const task = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as LimitTask;
const { workload, hosts, keyFile, knownHosts } = task;
const login = { key: readFileSync(keyFile), keys: hostKeys(readFileSync(knownHosts, "utf8")) };
const job = workload.name === "w1" ? { script: checkScript(workload) } : { script: writeScript(workload), stdin: tarOf(workload.files) };
const wrong = workload.name === "w1" ? drift : written;

const answers = await Promise.all(hosts.map((host) => runOnce({ ...host, ...login }, job)));
const problems = answers.flatMap((answer, index) => wrong(workload, answer).map((what) => `${hosts[index]?.name}: ${what}`));
process.stderr.write(problems.map((line) => `${line}\n`).join(""));
process.exitCode = problems.length === 0 ? 0 : 1;
