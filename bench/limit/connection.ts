// One ssh2 connection with nothing around it: key checked, no Nagle, one exec.
import ssh2 from "ssh2";

export interface Way {
  readonly address: string;
  readonly port: number;
  readonly key: Buffer;
  /** Trusted host keys by `[address]:port`, in base64. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Host keys of a known_hosts file without hashed names. */
export function hostKeys(knownHosts: string): ReadonlyMap<string, ReadonlySet<string>> {
  const keys = new Map<string, Set<string>>();
  for (const [name = "", , key = ""] of knownHosts.split("\n").map((line) => line.split(" "))) keys.set(name, (keys.get(name) ?? new Set()).add(key));
  return keys;
}

/** Logs in, runs the script as the exec request's own text, and resolves to what it printed. Rejects when it ends badly. */
export function runOnce(way: Way, { script, stdin }: { readonly script: string; readonly stdin?: Buffer }): Promise<string> {
  const { address: host, port, key, keys } = way;
  const trusted = keys.get(`[${host}]:${port}`);
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.on("error", reject);
    client.on("ready", () =>
      client.exec(script, (error, channel) => {
        if (error) return void reject(error);
        const chunks: Buffer[] = [];
        channel.on("data", (chunk: Buffer) => chunks.push(chunk));
        channel.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
        channel.on("close", (status: number) => {
          client.end();
          if (status === 0) resolve(Buffer.concat(chunks).toString("utf8"));
          else reject(new Error(`status ${status}`));
        });
        channel.end(stdin);
      }),
    );
    const hostVerifier = (given: Buffer) => trusted?.has(given.toString("base64")) ?? false;
    client.connect({ host, port, username: "root", privateKey: key, authHandler: ["publickey"], hostVerifier });
    client.setNoDelay(true);
  });
}
