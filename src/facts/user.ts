// Who logged in, before becoming root: sudo(8) leaves the name in SUDO_USER, doas(1) in DOAS_USER; for su, which tells nothing, the session does.
import { type Fact, matching } from "./fact.ts";

export const user: Fact<string> = {
  script: 'printf "%s\\n" "${SUDO_USER:-${DOAS_USER:-${HLX_LOGIN:-$(id -un 2>/dev/null || id -u)}}}"',
  parse: (output) => matching(output, /^[^\p{C}\p{Z}:/]{1,256}$/u),
};
