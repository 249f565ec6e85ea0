// The command that does the next thing: the words of this one, with what was about looking left out.
import { quote } from "../../lib/quote.ts";
import { visible } from "../views/escape.ts";

// Options that say how to look or where to put it; those with a value are true.
const aboutLooking: Readonly<Record<string, boolean>> = {
  "--json": false,
  "--diff": false,
  "-D": false,
  "--no-diff": false,
  "--detailed-exitcode": false,
  "--check": false,
  "-C": false,
  "--verbose": false,
  "-v": false,
  "--quiet": false,
  "-q": false,
  "--profile": false,
  "--step": false,
  "-vv": false,
  "-vvv": false,
  "--no-color": false,
  "--trace": true,
  "--out": true,
  "-o": true,
};

/** `hlx apply -l web`: the same choice of hosts, playbook and variables, as shell words. */
export function againAs(command: string, words: readonly string[]): string {
  const [, ...rest] = words;
  const kept: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? "";
    const name = optionName(word);
    const takesNext = aboutLooking[name];
    if (takesNext === undefined) kept.push(visible(quote(word)));
    else if (takesNext && !word.includes("=")) index++;
  }
  return ["hlx", command, ...kept].join(" ");
}

// `-out=x` and `--out=x` are the same option.
function optionName(word: string): string {
  const name = word.split("=")[0] ?? word;
  return /^-\w[\w-]+$/.test(name) && aboutLooking[name] === undefined ? `-${name}` : name;
}
