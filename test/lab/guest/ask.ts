/** Asks the gateway of this machine as a technician: `ask.ts TOKEN METHOD PATH [BODY]` prints {status, body}. */
const [token, method, path, body] = process.argv.slice(2) as [string, string, string, string?];
const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) };
const answer = await fetch(`http://127.0.0.1:8080${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
const text = await answer.text();
console.log(JSON.stringify({ status: answer.status, body: text === "" ? null : JSON.parse(text) }));
