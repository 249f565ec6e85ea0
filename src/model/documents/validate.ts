// Checks data against a JSON Schema: ajv's errors as messages that say what to write instead.
import { isRecord } from "../../lib/json.ts";
import { didYouMean, nearest } from "../../lib/suggest.ts";
import type { Position, Problem } from "../problem.ts";
import type { JsonSchema } from "../schema.ts";
import { type Document, looksSecret, type Path } from "./document.ts";
import { byPlace } from "./order.ts";
import { type ErrorObject, errorsOf } from "./schemas.ts";
import { expectation, got, listed, typeHint } from "./wording.ts";

type Locate = (path: Path, what?: "key" | "value") => Position | undefined;

interface Report {
  readonly root: JsonSchema;
  readonly at: Locate;
  readonly subject: (path: Path) => string;
}

interface Scope {
  readonly path?: Path;
  readonly subject?: (path: Path) => string;
}

/** The document's value (or what is under `path`) under a schema: one problem a place, sorted. */
export function validate(document: Document, schema: JsonSchema, scope: Scope = {}): readonly Problem[] {
  return findMistakes(document, schema, scope).problems;
}

/** The same with the paths of what is wrong: a key that does not belong there, a value, or the map that lacks something. The rest can be talked about. */
export function findMistakes(
  document: Document,
  schema: JsonSchema,
  { path = [], subject = named }: Scope = {},
): { readonly problems: readonly Problem[]; readonly paths: readonly Path[] } {
  const value = path.reduce<unknown>(
    (data, piece) => (typeof data === "object" && data !== null ? (data as Record<string | number, unknown>)[piece] : undefined),
    document.value,
  );
  const at: Locate = (inner, what) => document.at([...path, ...inner], what);
  const told = problemsOf(value, schema, { root: schema, at, subject: (inner) => subject([...path, ...inner]) });
  const lacking = errorsOf(value, schema).filter(({ keyword }) => keyword === "required");
  const paths = [...told.map((one) => one.path), ...lacking.map(({ instancePath }) => pathOf(instancePath))];
  return { problems: byPlace(told.map(({ problem }) => problem)), paths: paths.map((inner) => [...path, ...inner]) };
}

/** The same for a value that stands in no one document. `at` may not know a place; `subject` is what the whole value is: `role "web"`. */
export function validateValue(value: unknown, schema: JsonSchema, ...[at, subject]: readonly [at: Locate, subject: string]): readonly Problem[] {
  const whole = (path: Path) => (path.length === 0 ? subject : `${named(path)} of ${subject}`);
  return byPlace(problemsOf(value, schema, { root: schema, at, subject: whole }).map(({ problem }) => problem));
}

function named(path: Path): string {
  return path.length === 0
    ? "the file"
    : path
        .map((piece) => (typeof piece === "number" ? `[${piece}]` : `.${piece}`))
        .join("")
        .replace(/^\./, "");
}

interface Told {
  readonly problem: Problem;
  readonly path: Path;
}

function problemsOf(value: unknown, schema: JsonSchema, report: Report): readonly Told[] {
  const errors = withoutTwins(outermost(errorsOf(value, schema)));
  return errors.flatMap((error) => problemsOfError(error, report));
}

// Ajv puts the errors of all branches before the error of the anyOf itself: only the latter stays, and is looked into below.
function outermost(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  let kept: ErrorObject[] = [];
  for (const error of errors) {
    if (isChoice(error)) kept = kept.filter(({ instancePath }) => instancePath !== error.instancePath && !instancePath.startsWith(`${error.instancePath}/`));
    kept.push(error);
  }
  return kept;
}

// An anyOf without a fitting branch; a oneOf that fits more than one branch is another matter.
function isChoice({ keyword, params }: ErrorObject): boolean {
  return keyword === "anyOf" || (keyword === "oneOf" && !params["passingSchemas"]);
}

// `adress` is unknown and `address` is missing: that is one mistake.
function withoutTwins(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const meant = new Set(errors.filter(isUnknownKey).map((error) => `${error.instancePath}/${nearest(keyIn(error), knownKeys(error))}`));
  return errors.filter((error) => error.keyword !== "required" || !meant.has(`${error.instancePath}/${error.params["missingProperty"]}`));
}

function isUnknownKey({ keyword }: ErrorObject): boolean {
  return keyword === "additionalProperties" || keyword === "unevaluatedProperties";
}

function keyIn({ params }: ErrorObject): string {
  return String(params["additionalProperty"] ?? params["unevaluatedProperty"]);
}

function knownKeys({ parentSchema }: ErrorObject): readonly string[] {
  return Object.keys(parentSchema?.["properties"] ?? {});
}

function problemsOfError(error: ErrorObject, report: Report): readonly Told[] {
  const path = pathOf(error.instancePath);
  if (isChoice(error)) return branchProblems(error, path, report);
  if (silent.has(error.keyword)) return [];
  const { message, secret = message, hint, key } = (wordings[error.keyword] ?? fallback)(error, report.subject(path));
  const place = key === undefined ? report.at(path, error.keyword === "required" ? "key" : "value") : report.at([...path, key], "key");
  return [{ problem: problem(isSecret(path) ? secret : message, place, hint), path: key === undefined ? path : [...path, key] }];
}

function problem(message: string, at: Position | undefined, hint: string | undefined): Problem {
  return { code: "input", message, ...(at && { at }), ...(hint !== undefined && { hint }) };
}

function isSecret(path: Path): boolean {
  return path.some((piece) => looksSecret(String(piece)));
}

const silent: ReadonlySet<string> = new Set(["propertyNames", "if", "contains"]);

// Only the branches for the value's own type are worth talking about, and of those the one that nearly fits.
function branchProblems(error: ErrorObject, path: Path, report: Report): readonly Told[] {
  const branches = (error.schema as readonly unknown[]).map((branch) => resolved(branch, report.root));
  const fitting = branches.filter((branch) => takes(branch, error.data));
  const inner: Report = { ...report, at: (deeper, what) => report.at([...path, ...deeper], what), subject: (deeper) => report.subject([...path, ...deeper]) };
  const told = fitting.map((branch) => problemsOf(error.data, branchSchema(branch, report.root), inner)).toSorted((a, b) => a.length - b.length);
  const [best] = told;
  if (best !== undefined && best.length > 0 && (told.length === 1 || typeof error.data === "object"))
    return best.map((one) => ({ ...one, path: [...path, ...one.path] }));
  return [{ problem: noBranch(error, path, { ...report, branches: fitting.length > 0 ? fitting : branches }), path }];
}

function noBranch(
  { data, parentSchema }: ErrorObject,
  path: Path,
  { subject, at, branches }: Report & { readonly branches: readonly Record<string, unknown>[] },
): Problem {
  const expected = typeof parentSchema?.["title"] === "string" ? parentSchema["title"] : listed(branches.map(expectation));
  const types = branches.flatMap((branch) => [branch["type"] ?? []].flat());
  return problem(`${subject(path)} must be ${expected}${isSecret(path) ? "" : `, got ${got(data)}`}`, at(path), typeHint(data, types));
}

const withDefinitions = new WeakMap<object, JsonSchema>();

// Kept by branch, so that a branch too is compiled once.
function branchSchema(branch: Record<string, unknown>, root: JsonSchema): JsonSchema {
  const schema = withDefinitions.get(branch) ?? ({ ...branch, $defs: (root as Record<string, unknown>)["$defs"] ?? {} } as JsonSchema);
  withDefinitions.set(branch, schema);
  return schema;
}

function resolved(branch: unknown, root: JsonSchema): Record<string, unknown> {
  if (!isRecord(branch)) return {};
  const name = typeof branch["$ref"] === "string" ? /^#\/\$defs\/(.+)$/.exec(branch["$ref"])?.[1] : undefined;
  const definitions = (root as Record<string, unknown>)["$defs"];
  return name !== undefined && isRecord(definitions) ? resolved(definitions[name], root) : branch;
}

function takes({ type, enum: values, const: constant }: Record<string, unknown>, data: unknown): boolean {
  if (Array.isArray(values)) return values.some((value) => typeof value === typeof data);
  if (constant !== undefined) return typeof constant === typeof data;
  return type === undefined || [type].flat().some((each) => each === typeOf(data) || (each === "integer" && typeof data === "number"));
}

function typeOf(data: unknown): string {
  if (data === null) return "null";
  return Array.isArray(data) ? "array" : typeof data;
}

function pathOf(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((piece) => (/^(0|[1-9]\d*)$/.test(piece) ? Number(piece) : piece.replaceAll("~1", "/").replaceAll("~0", "~")));
}

interface Wording {
  readonly message: string;
  /** What to say where the value may be a secret. */
  readonly secret?: string;
  readonly hint?: string | undefined;
  /** The key inside the place that is meant, rather than the place. */
  readonly key?: string;
}

type Words = (error: ErrorObject, subject: string) => Wording;

const unknownKey: Words = (error, subject) => {
  const [key, known] = [keyIn(error), knownKeys(error)];
  const hint = didYouMean(key, known) ?? (known.length > 0 ? `known keys: ${known.slice(0, 20).join(", ")}` : undefined);
  return { message: `unknown key ${JSON.stringify(key)} in ${subject}`, hint, key };
};

const mustBe: Words = ({ data, parentSchema, schema, keyword }, subject) => ({
  message: `${subject} must be ${expectation(parentSchema)}, got ${got(data)}`,
  secret: `${subject} must be ${expectation(parentSchema)}`,
  hint: keyword === "type" ? (secretHint(data, parentSchema) ?? typeHint(data, [schema].flat())) : undefined,
});

// The schema of a reference to a secret, and a value in its place.
function secretHint(data: unknown, schema: unknown): string | undefined {
  if (!isRecord(schema) || !isRecord(schema["properties"]) || !("secret" in schema["properties"]) || isRecord(data)) return undefined;
  return "a value in clear text does not belong here: put it into the secrets file or the environment (HLX_SECRET_SOME_NAME), and write !secret some.name";
}

const oneOf: Words = ({ data, schema, parentSchema }, subject) => {
  const names = Array.isArray(schema) ? schema.filter((item) => typeof item === "string") : [];
  const values = Array.isArray(schema) ? schema.map((item) => typeof item) : [typeof schema];
  const hint = (typeof data === "string" ? didYouMean(data, names) : undefined) ?? typeHint(data, values);
  return { message: `${subject} must be ${expectation(parentSchema)}, got ${got(data)}`, secret: `${subject} must be ${expectation(parentSchema)}`, hint };
};

const shape: Words = ({ data, parentSchema, schema, propertyName }, subject) => {
  const { title, description } = parentSchema ?? {};
  const hint = typeof description === "string" && typeof title !== "string" ? description : undefined;
  const told = typeof title === "string" ? `must be ${title}` : hint === undefined ? `must be text of the form ${String(schema)}` : "has the wrong form";
  if (propertyName !== undefined) return { message: `the name ${JSON.stringify(propertyName)} in ${subject} ${told}`, hint, key: propertyName };
  return { message: `${subject} ${told}, got ${got(data)}`, secret: `${subject} ${told}`, hint };
};

const size =
  (unit: string, word: "at least" | "at most"): Words =>
  ({ schema, propertyName }, subject) => ({
    message: `${subject} must have ${word} ${String(schema)} ${unit}${Number(schema) === 1 ? "" : "s"}`,
    ...(propertyName !== undefined && { key: propertyName }),
  });

const refusedName: Words = ({ schema, propertyName }, subject) => {
  if (propertyName === undefined) return { message: `${subject} is not allowed here` };
  const hint = isRecord(schema) && typeof schema["description"] === "string" ? schema["description"] : undefined;
  return { message: `the name ${JSON.stringify(propertyName)} is not allowed in ${subject}`, hint, key: propertyName };
};

const fallback: Words = ({ keyword }, subject) => ({ message: `${subject} is not allowed here (${keyword})` });

// What nobody has to think about: the one value that a key may have.
function onlyValue(properties: unknown, name: string): string | undefined {
  const schema = isRecord(properties) ? properties[name] : undefined;
  return isRecord(schema) && schema["const"] !== undefined ? JSON.stringify(schema["const"]) : undefined;
}

const wordings: Readonly<Record<string, Words>> = {
  additionalProperties: unknownKey,
  unevaluatedProperties: unknownKey,
  required: ({ params, parentSchema }, subject) => {
    const name = String(params["missingProperty"]);
    return { message: `${subject} needs "${name}"`, hint: `add ${name}: ${onlyValue(parentSchema?.["properties"], name) ?? "…"}` };
  },
  dependentRequired: ({ params }, subject) => ({ message: `${subject} needs "${params["missingProperty"]}" because it has "${params["property"]}"` }),
  type: mustBe,
  minimum: mustBe,
  maximum: mustBe,
  exclusiveMinimum: mustBe,
  exclusiveMaximum: mustBe,
  multipleOf: ({ schema, data }, subject) => ({ message: `${subject} must be a multiple of ${String(schema)}, got ${got(data)}` }),
  enum: oneOf,
  const: oneOf,
  pattern: shape,
  minLength: ({ schema }, subject) => ({
    message: Number(schema) === 1 ? `${subject} must not be empty` : `${subject} must have at least ${String(schema)} characters`,
  }),
  maxLength: size("character", "at most"),
  minItems: size("item", "at least"),
  maxItems: size("item", "at most"),
  minProperties: size("key", "at least"),
  maxProperties: size("key", "at most"),
  uniqueItems: ({ params }, subject) => ({
    message: `${subject} names the same thing twice (items ${Math.min(params["i"], params["j"]) + 1} and ${Math.max(params["i"], params["j"]) + 1})`,
  }),
  oneOf: (_, subject) => ({ message: `${subject} fits more than one of the allowed forms` }),
  "false schema": (_, subject) => ({ message: `${subject} is not allowed here` }),
  not: refusedName,
};
