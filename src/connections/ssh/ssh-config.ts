// ~/.ssh/config: what it says about a host. Runs nothing that is written there.
import SSHConfig from "ssh-config";

/** What hlx understands of ssh_config(5), for one host. */
export interface ConfigFacts {
  readonly hostName?: string;
  readonly user?: string;
  readonly port?: number;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly identityAgent?: string;
  readonly proxyJump?: string;
  readonly proxyCommand?: string;
  readonly userKnownHosts: readonly string[];
  readonly hostKeyAlias?: string;
  /** Seconds. */
  readonly connectTimeout?: number;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** What the text says about `ssh HOST`. A text that cannot be parsed says nothing, with a note. */
export function computeConfig(text: string, asked: { readonly host: string; readonly user?: string }): ConfigFacts {
  const { config, notes } = safely(text);
  const about = asked.user === undefined ? { Host: asked.host } : { Host: asked.host, User: asked.user };
  const said = config.compute(about, { ignoreCase: true, matchExec: false });
  const read = (key: string) => one(said[key]);
  const port = numberOf(read("port"));
  const connectTimeout = numberOf(read("connecttimeout"));
  return {
    ...present(
      "hostName",
      read("hostname")?.replaceAll("%h", () => asked.host),
    ),
    ...present("user", read("user")),
    ...(port === undefined ? {} : { port }),
    identityFiles: listOf(said["identityfile"]).filter((file) => file.toLowerCase() !== "none"),
    identitiesOnly: read("identitiesonly")?.toLowerCase() === "yes",
    ...present("identityAgent", read("identityagent")),
    ...present("proxyJump", unlessNone(read("proxyjump"))),
    ...present("proxyCommand", read("proxyjump") === undefined ? unlessNone(read("proxycommand")) : undefined),
    userKnownHosts: listOf(said["userknownhostsfile"]).filter((file) => !["none", "/dev/null"].includes(file)),
    ...present("hostKeyAlias", read("hostkeyalias")),
    ...(connectTimeout === undefined ? {} : { connectTimeout }),
    notes,
  };
}

// The library would run `Match exec` and, for CanonicalizeHostname, nslookup: the first is switched off, the second taken out.
function safely(text: string): { readonly config: SSHConfig; readonly notes: readonly string[] } {
  const notes = [
    ...(/^\s*match\b.*\bexec\b/im.test(text) ? ["Match exec is not run: its block is left out"] : []),
    ...(/^\s*canonical/im.test(text) ? ["names are not canonicalized"] : []),
  ];
  const harmless = text.replace(/^\s*canonical.*$/gim, "");
  try {
    return { config: SSHConfig.parse(harmless), notes };
  } catch (thrown) {
    return { config: SSHConfig.parse(""), notes: [...notes, `left out, it cannot be parsed: ${thrown instanceof Error ? thrown.message : String(thrown)}`] };
  }
}

function present<Key extends string>(key: Key, value: string | undefined): { readonly [key in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in Key]: string });
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function listOf(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function unlessNone(text: string | undefined): string | undefined {
  return text?.toLowerCase() === "none" ? undefined : text;
}
