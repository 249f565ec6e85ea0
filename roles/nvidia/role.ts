// NVIDIA cards: driver, kernel module, reboot where only that helps, and engines of containers that may use them.
import { type Claim, command, defineRole, type Resource } from "hlx";
import { givenAway, ownCards, remarks } from "./cards.ts";
import { driver } from "./driver.ts";
import { type NvidiaParams, params } from "./params.ts";
import { toolkit } from "./toolkit.ts";

export default defineRole({
  name: "nvidia",
  summary:
    "NVIDIA cards: the driver's branch pinned and held, nouveau out of the way, a planned reboot, the container toolkit. Nothing where there is no card.",
  params,
  claims: ({ params, host }): readonly Claim[] =>
    givenAway(params, host).map(({ index, card, name }) => ({
      claim: "finding",
      level: "error",
      path: ["cards", index],
      message: `the card ${card} of host "${host.name}" is passed through to guests (proxmox.pci names it "${name}"): a driver on the host cannot have it, too`,
      hint: "give the role to the guest that has the card, or take the card from proxmox.pci",
    })),
  notes: ({ params, facts }) => (params.gpu === "expected" ? [] : remarks(params, facts)),
  declare({ params, facts, host }) {
    if (params.gpu === "found" && ownCards(params, { facts, host }).length === 0) return [];
    return [...driver(params, facts), answers(params), ...toolkit(params)];
  },
});

const ask = `read -r version </sys/module/nvidia/version || exit 1
case $version in "$1".*) ;; *) echo "the loaded driver is $version"; exit 1 ;; esac
out=$(nvidia-smi -L 2>&1); printf '%s\\n' "$out"
printf '%s\\n' "$out" | grep -q '^GPU [0-9]'`;

// Exit statuses of nvidia-smi tell little: a card is there when it is listed.
function answers({ driver: branch }: NvidiaParams): Resource {
  return command({ name: "a card answers the driver", script: ask, unless: ask, args: [branch] });
}
