// answerEarly replies before the body has been read, and closes the connection cleanly.
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import http2 from "node:http2";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { answerEarly } from "../../../src/receiver/http/early-reply.js";
import { closeServers, listen, onClose } from "../../support/listen.js";

const BODY = '{"code":"unauthenticated"}';
const HEADERS = { "content-type": "application/problem+json", "content-length": String(BODY.length) };
const HEAD = "POST / HTTP/1.1\r\nHost: x\r\n";

afterEach(closeServers);

/** A server that refuses every delivery before reading any of its body. */
async function serve(body = BODY) {
  const requests: IncomingMessage[] = [];
  const server = createServer((req, res) => {
    requests.push(req);
    res.writeHead(401, { ...HEADERS, "content-length": String(body.length), connection: "close" });
    answerEarly(req, res, body);
  });
  return { port: await listen(server), requests };
}

function open(port: number, text: string) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let received = "";
  const errors: unknown[] = [];
  socket.on("data", (chunk) => (received += chunk));
  socket.on("error", (error) => errors.push(error));
  socket.write(text);
  onClose(() => socket.destroy());
  return { socket, errors, received: () => received, closed: new Promise((resolve) => socket.on("close", resolve)) };
}

describe("answerEarly on HTTP/1", () => {
  it("answers while the body is still on its way, and lets the client finish a short one undisturbed", async () => {
    const { port } = await serve();
    const { socket, errors, received, closed } = open(port, `${HEAD}Content-Length: 40000\r\n\r\n`);
    await once(socket, "data");
    expect(received()).toMatch(/^HTTP\/1\.1 401 /);
    expect(received()).toContain(BODY);
    for (let sent = 0; sent < 40_000; sent += 10_000) socket.write(Buffer.alloc(10_000));
    await once(socket, "end");
    socket.end();
    await closed;
    expect(errors).toEqual([]);
    expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it("answers without a body too", async () => {
    const { port } = await serve("");
    const { socket, received } = open(port, `${HEAD}Content-Length: 100\r\n\r\nx`);
    await once(socket, "data");
    expect(received()).toMatch(/^HTTP\/1\.1 401 [\s\S]*\r\n\r\n$/);
    socket.end();
  });

  it("reads no more than a little of an endless upload, and closes", async () => {
    const { port, requests } = await serve();
    const { socket, closed } = open(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(0x10000), Buffer.from("\r\n")]);
    const pump = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on("drain", pump);
    pump();
    await closed;
    expect((requests[0] as IncomingMessage).socket.bytesRead).toBeLessThan(65_536 * 4);
  });

  it("closes on a client that neither goes on nor hangs up", async () => {
    const { port } = await serve();
    const { socket, received } = open(port, `${HEAD}Content-Length: 1000\r\n\r\nabc`);
    await once(socket, "end");
    expect(received()).toContain(BODY);
  });

  it("sends no second answer to what follows", async () => {
    const { port } = await serve();
    const { socket, received } = open(port, `${HEAD}Content-Length: 3\r\n\r\nabc${HEAD}Content-Length: 0\r\n\r\n`);
    await once(socket, "end");
    expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it("closes at once where the body is all there", async () => {
    const { port } = await serve();
    const { socket, received } = open(port, `${HEAD}Content-Length: 3\r\n\r\nabc`);
    await once(socket, "end");
    expect(received()).toContain(BODY);
  });

  it("bears a client that is gone", async () => {
    const { port, requests } = await serve();
    const { socket } = open(port, `${HEAD}Content-Length: 1000\r\n\r\nabc`);
    await once(socket, "data");
    socket.resetAndDestroy();
    const [req] = requests;
    if (req !== undefined && !req.destroyed) await new Promise((resolve) => req.on("close", resolve));
    expect(req?.listenerCount("data")).toBe(0);
  });
});

describe("answerEarly on HTTP/2", () => {
  it("answers, closes the stream without an error, and leaves the connection open", async () => {
    const server = http2.createServer((req, res) => {
      res.writeHead(401, HEADERS);
      answerEarly(req, res, BODY);
    });
    const client = http2.connect(`http://127.0.0.1:${await listen(server)}`);
    onClose(() => client.destroy());
    for (let attempt = 0; attempt < 2; attempt++) {
      const stream = client.request({ ":method": "POST" });
      stream.write(Buffer.alloc(1_000));
      let received = "";
      stream.on("data", (chunk) => (received += chunk));
      const [headers] = await once(stream, "response");
      expect(headers[":status"]).toBe(401);
      if (!stream.closed) await once(stream, "close");
      expect(received).toBe(BODY);
      expect(stream.rstCode).toBe(http2.constants.NGHTTP2_NO_ERROR);
    }
    expect(client.destroyed).toBe(false);
  });
});
