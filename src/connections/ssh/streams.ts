// The byte streams that SSH can run over: TCP, a channel of a jump host, the standard streams of an sshd in a container.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { Duplex, type Readable, type Writable } from "node:stream";
import type { ContainerEngine } from "../../model/ports/connection.ts";

/** Opens the stream; rejects with the system's error, or when the signal aborts. */
export type OpenStream = (signal: AbortSignal) => Promise<Duplex>;

/** A TCP connection without Nagle's algorithm: ssh2 writes several small packets in a row, and each would wait for an answer (88 ms instead of 7 a command). */
export function tcpStream(address: string, port: number): OpenStream {
  return async (signal) => {
    const socket = connect({ host: address, port, noDelay: true, signal });
    await connected(socket);
    return socket;
  };
}

/** `sshd -i` in a container: no route and no port, only the engine's exec. Its host key is checked like any other. */
export function containerStream(container: string, engine?: ContainerEngine): OpenStream {
  return commandStream([engine?.command ?? "docker", "exec", "-i", "--", container, "/usr/sbin/sshd", "-i"], engine?.env);
}

/** The standard streams of a local process, in the given environment or in this one's. What it said on stderr is the stream's error when it ends with another status than 0. */
export function commandStream([command = "", ...args]: readonly string[], env?: ContainerEngine["env"]): OpenStream {
  return async (signal) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], signal, ...(env === undefined ? {} : { env }) });
    const stream = new Duplex({
      read: () => void child.stdout.resume(),
      write: (chunk, _encoding, done) => void child.stdin.write(chunk, () => done()),
      final: (done) => void child.stdin.end(() => done()),
      destroy(error, done) {
        child.kill();
        done(error);
      },
    });
    follow(child, stream, command);
    return stream;
  };
}

function follow(child: ChildProcessByStdio<Writable, Readable, Readable>, stream: Duplex, command: string): void {
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString("utf8")}`.slice(-1000);
  });
  child.stdout.on("data", (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  // It ended while it was written to: its status tells.
  child.stdin.on("error", () => undefined);
  child.once("error", (error) => stream.destroy(error));
  child.once("close", (status) => {
    if (status === 0) stream.push(null);
    else stream.destroy(new Error(complaint.trim() || `${command} ended with status ${status ?? "unknown"}`));
  });
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve();
    });
    socket.once("error", reject);
  });
}
