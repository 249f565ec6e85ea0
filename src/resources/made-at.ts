// Where a resource was made: noted only while somebody asks, because taking a stack costs more than making the resource.

let noted: WeakMap<object, Error> | undefined;

/** Runs the work, which must not wait for anything, and says of each resource made in it where that was: an error whose stack tells. */
export function notingWhere<Result>(work: () => Result): { readonly result: Result; readonly madeAt: (resource: object) => Error | undefined } {
  const errors = new WeakMap<object, Error>();
  noted = errors;
  try {
    return { result: work(), madeAt: (resource) => errors.get(resource) };
  } finally {
    noted = undefined;
  }
}

export function noteMade(resource: object): void {
  noted?.set(resource, new Error("made here"));
}
