// A Docker engine with Compose, its daemon.json, and who may use it.
import { command, defineRole, directory, file, json, type Resource, service } from "hlx";
import { type DockerParams, params } from "./params.ts";
import { fromDebian, fromDocker, hasCompose } from "./source.ts";

export default defineRole({
  name: "docker",
  summary: "A Docker engine with Compose v2: packages, daemon.json merged with what others wrote, group members, and removal of unused images.",
  params,
  declare({ params, facts }) {
    const from = params.from ?? (hasCompose(facts) ? "debian" : "docker");
    const daemon = json({
      path: "/etc/docker/daemon.json",
      set: daemonOf(params),
      validate: ["sh", "-c", validate, "sh", "%s"],
    });
    return [
      ...(from === "docker" ? fromDocker(facts, params.compose) : fromDebian(facts, params.compose)),
      directory({ path: "/etc/docker" }),
      ...(Object.keys(daemonOf(params)).length > 0 ? [daemon] : []),
      service({ unit: "docker", running: true, enabled: true, restartOn: [daemon] }),
      ...params.users.map(member),
      ...prune(params.prune),
    ];
  },
});

// An engine before 23.0 cannot check its configuration (moby, cmd/dockerd): Debian 12 has 20.10.
const validate = 'dockerd --help 2>/dev/null | grep -q -e --validate || exit 0; exec dockerd --validate --config-file "$1"';

function daemonOf({ dataRoot, mirrors, insecureRegistries, logMaxSize, logMaxFiles, liveRestore, runtimes, daemon }: DockerParams) {
  const own = {
    "data-root": dataRoot,
    "registry-mirrors": mirrors,
    "insecure-registries": insecureRegistries,
    "log-driver": "json-file",
    "log-opts": { "max-size": logMaxSize, "max-file": String(logMaxFiles) },
    "live-restore": liveRestore,
    runtimes,
  };
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return JSON.parse(JSON.stringify({ ...Object.fromEntries(given), ...daemon }));
}

function member(user: string): Resource {
  return command({
    name: `${user} may use Docker`,
    script: 'usermod -aG docker -- "$1"',
    unless: 'id -nG -- "$1" | tr " " "\\n" | grep -qx docker',
    args: [user],
  });
}

function prune(often: DockerParams["prune"]): readonly Resource[] {
  if (often === "never") return [];
  const unit = file({
    path: "/etc/systemd/system/docker-prune.service",
    content:
      "[Unit]\nDescription=Remove images that nothing uses\nRequires=docker.service\nAfter=docker.service\n\n[Service]\nType=oneshot\nExecStart=/usr/bin/docker image prune --all --force --filter until=24h\n",
  });
  const timer = file({
    path: "/etc/systemd/system/docker-prune.timer",
    content: `[Unit]\nDescription=Remove images that nothing uses\n\n[Timer]\nOnCalendar=${often}\nRandomizedDelaySec=1h\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n`,
  });
  return [unit, timer, service({ unit: "docker-prune.timer", running: true, enabled: true, restartOn: [timer] })];
}
