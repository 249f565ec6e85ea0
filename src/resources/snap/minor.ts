// Channels whose track is a version: which is the next one.

/** Why one cannot go from one channel to the other at once; undefined when one can. The hint names the next channel on the way. */
export function leap(from: string, to: string): { readonly because: string; readonly hint: string } | undefined {
  const [now, wanted] = [minorOf(from), minorOf(to)];
  if (now === undefined || wanted === undefined) return undefined;
  if (now.major !== wanted.major || wanted.minor < now.minor)
    return { because: `${to} is older than ${from}, and nothing goes back`, hint: "leave the channel as it is, or make the node anew" };
  if (wanted.minor <= now.minor + 1) return undefined;
  const next = `${now.major}.${now.minor + 1}/${to.split("/").slice(1).join("/")}`;
  return { because: `from ${from} to ${to} a minor version would be skipped`, hint: `one at a time: first channel: ${next}` };
}

/** Of "1.32/stable" or "1.32-strict/edge"; undefined where the track is no version. */
export function minorOf(channel: string): { readonly major: number; readonly minor: number } | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)(?:-[a-z]+)?\//.exec(channel) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
