// Calls methods of the client, {"method": [argument, …], …} from standard input, and prints {"method": answer, …}.
// Of a file it prints {"filename", "contentType", "bytes"}; of a refusal {"refused"}.

import { text } from "node:stream/consumers";
import { Backlog } from "backlog-js";

const [address, apiKey] = process.argv.slice(2);
const plain = (url, options) => fetch(url.replace(/^https:/, "http:"), options);
const client = new Backlog({ host: new URL(address).host, apiKey, fetch: plain });

async function answer(method, given) {
  const body = await client[method](...given);
  if (!/^(getSharedFile|.*Icon|.*Attachment)$/.test(method)) return body;
  const bytes = (await new Response(body.body).arrayBuffer()).byteLength;
  return { filename: body.filename, contentType: body.contentType, bytes };
}

const answers = {};
for (const [method, given] of Object.entries(JSON.parse(await text(process.stdin)))) {
  answers[method] = await answer(method, given).catch((error) => ({ refused: String(error) }));
}
console.log(JSON.stringify(answers));
