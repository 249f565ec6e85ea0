// What the double is sent and keeps: JSON of any shape.

// biome-ignore lint/suspicious/noExplicitAny: a server takes what it is sent; the double's tests are what checks it
export type Body = Record<string, any>;
