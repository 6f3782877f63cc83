// An issuer of tokens that others have written: npm's oauth2-mock-server, on a port of the loopback.  Prints its URL; a
// line on standard input makes it sign with another key from then on, beside the old one, and print that key's id.
"use strict";

const readline = require("node:readline");
const { OAuth2Server } = require("oauth2-mock-server");

// Whoever asks gets a token in its own name; mallory's is meant for somebody else's service.
function name(token, request) {
  const basic = Buffer.from((request.headers.authorization || "").replace(/^Basic /, ""), "base64").toString();
  const client = basic.split(":")[0] || request.body.client_id;
  Object.assign(token.payload, { sub: client, aud: client === "mallory" ? "other" : "kafka" });
}

async function main() {
  const server = new OAuth2Server();
  await server.issuer.keys.generate("RS256");
  await server.start(0, "127.0.0.1");
  server.issuer.url = `http://127.0.0.1:${server.address().port}`;
  server.service.on("beforeTokenSigning", name);
  console.log(server.issuer.url);
  for await (const _ of readline.createInterface({ input: process.stdin })) {
    console.log((await server.issuer.keys.generate("RS256")).kid);
  }
  await server.stop();
}

main();
