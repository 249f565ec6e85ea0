// Equal questions at the same moment are asked once.

export interface Together {
  /** What is being asked already under this name is not asked again: all get the one answer, or its failure. */
  once<Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer>;
  /** Something has changed: what is asked from now on is asked anew. */
  forget(): void;
}

export function makeTogether(): Together {
  const asked = new Map<string, Promise<unknown>>();
  return {
    once: <Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer> => {
      const known = asked.get(name) as Promise<Answer> | undefined;
      if (known !== undefined) return known;
      const answer = ask().finally(() => {
        if (asked.get(name) === answer) asked.delete(name);
      });
      asked.set(name, answer);
      return answer;
    },
    forget: () => asked.clear(),
  };
}
