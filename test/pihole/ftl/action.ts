// Gravity: always 200, a stream of text, a failure only in the text, and a database that is swapped afterwards.
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import { type FtlWorld, type Row, seconds } from "./world.ts";

/** Does gravity's work and gives what it prints; how the lists are shows only in the text and in their status. */
export async function gravity(world: FtlWorld): Promise<Answer> {
  await sleep(world.options.gravityMs ?? 20);
  const lists = world.tables.lists;
  const stream = [
    "  [i] Neutrino emissions detected...\n",
    "  [i] Pulling blocklist source list into range...\r\u001b[K  [✓] Pulling blocklist source list into range\n",
  ];
  const swapAt = Date.now() + (world.options.swapMs ?? 750);
  const next = lists.map((row) => fetched(row, world));
  for (const row of next.filter(({ enabled }) => enabled)) stream.push(...printed(row));
  world.readOnlyUntil = swapAt;
  world.noDatabaseUntil = Math.min(swapAt, Date.now() + 30);
  void sleep(swapAt - Date.now(), undefined, { ref: false }).then(() => {
    for (const row of next)
      lists.splice(
        lists.findIndex(({ id }) => id === row.id),
        1,
        row,
      ); // reads are old until then
    world.gravityAt = Math.max(seconds(), world.gravityAt + 1);
  });
  return {
    status: 200,
    stream: [...stream, "  [✓] Building tree\n", "  [i] Swapping databases...\r\u001b[K  [✓] Swapping databases\n", "  [✓] Cleaning up stray matter\n"],
  };
}

function fetched(row: Row, { options }: FtlWorld): Row {
  if (!row.enabled) return row;
  const cached = Number(row.own["number"]) > 0;
  const dead = options.dead?.includes(String(row.own["address"])) === true;
  const status = dead ? (cached ? 3 : 4) : cached ? 2 : 1;
  return { ...row, own: { ...row.own, status, ...(status === 1 ? { number: 1000, date_updated: seconds() } : {}) } };
}

function printed({ own }: Row): readonly string[] {
  const failed = Number(own["status"]) > 2;
  const target = `  [i] Target: ${own["address"]}\n`;
  return failed
    ? [target, "  [i] Status: Pending...\r\u001b[K  [✗] Status: Not found\n", "  [✗] List download failed: no cached list available\n"]
    : [target, "  [i] Status: Pending...\r\u001b[K  [✓] Status: Retrieval successful\n"];
}
