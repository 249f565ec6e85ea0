// One seed for every property test: a failure on one machine is a failure on all. HLX_SEED tries another; fast-check prints the one it used.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["HLX_SEED"] ?? 20261121) });
