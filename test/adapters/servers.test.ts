// The conformance suite on every server of node:http and its frameworks.
import connect from "connect";
import express from "express";
import express4 from "express4";
import { describeAdapter } from "./conformance.js";
import { listening, listeningHttp2 } from "./over-http.js";

describeAdapter({
  name: "Express 5",
  hasParams: true,
  mount: (receiver) => listening(express().use("/hooks/:tenant", receiver)),
});

describeAdapter({
  name: "Express 4",
  hasParams: true,
  mount: (receiver) => listening(express4().use("/hooks/:tenant", receiver as never) as never),
});

describeAdapter({
  name: "Connect",
  hasParams: false,
  mount: (receiver) => listening(connect().use("/hooks", receiver) as never),
});

describeAdapter({
  name: "node:http",
  hasParams: false,
  mount: (receiver) => listening((req, res) => receiver(req, res)),
});

describeAdapter({ name: "node:http2", hasParams: false, mount: (receiver) => listeningHttp2(receiver as never) });
