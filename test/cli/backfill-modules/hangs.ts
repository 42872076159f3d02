// A module that never comes to its end.
console.log("connecting");
setInterval(() => undefined, 1_000);
await new Promise(() => undefined);
