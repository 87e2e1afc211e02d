import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { createSecretFile, readSecretFile } from "../../access/secret-file.ts";
import { newSecret } from "../../access/secrets.ts";
import { lockDirectory } from "../../daemon/start/lock.ts";
import { makeSecretsFolder } from "../../daemon/start/secrets-folder.ts";
import { startReceiver } from "../../replica/receive.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola replica serve --folder DIR [--host ADDRESS] [--port N]
            on the spare: keeps the copy of a gateway's ledger, which \`replica:\` of its configuration sends here.
            DIR/secrets holds the certificate and the token, made at the first start; give the token's file to the gateway

  --folder DIR    where the copy is kept; gondola takeover --from DIR makes this box the store's
  --host ADDRESS  default 0.0.0.0
  --port N        default 8460; 0: any free one`;

const options = { folder: { type: "string" }, host: { type: "string" }, port: { type: "string" }, json: { type: "boolean" } } as const;
const predecessorEndsWithinMs = 3_000;

export const replica: Verb = {
	summary: "keep the copy of another box's ledger",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { folder: named, host = "0.0.0.0", port: text = "8460", json } = given.values;
		if (given.words.join(" ") !== "serve" || named === undefined) return fail(2, usage);
		const port = Number(text);
		if (!Number.isInteger(port) || port < 0 || port > 65_535) return fail(2, "--port must be a port number, 0 to 65535");
		process.umask(0o077);
		const folder = resolve(named);
		makeDirectory(folder, 0o700);
		const unlock = await lockDirectory(folder, predecessorEndsWithinMs);
		try {
			const own = await ownSecrets(folder);
			const receiver = await startReceiver({
				...own,
				folder,
				host,
				port,
				log: (sentence) => process.stderr.write(`gondola: ${sentence}\n`),
			});
			if (json) say(JSON.stringify({ ready: true, port: receiver.port, pin: own.pin, tokenFile: own.tokenFile, folder }));
			else {
				say(`This box keeps the copy in ${folder}, and hears the gateway on ${host}:${receiver.port}.`);
				say(`Copy ${own.tokenFile} to the gateway (mode 0600), and set there:`);
				say(`replica:\n  to: tls://${hostname()}:${receiver.port}\n  pin: ${own.pin}\n  tokenFile: /etc/gondola/replica.token`);
			}
			await new Promise<void>((done) => {
				for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
			});
			await receiver.stop();
			return 0;
		} finally {
			unlock();
		}
	},
};

/** Made at the first start and kept: the gateway knows this box by them. */
async function ownSecrets(folder: string) {
	const secrets = makeSecretsFolder(folder);
	const [certFile, keyFile, tokenFile] = ["replica.crt", "replica.key", "replica.token"].map((name) => join(secrets, name)) as [
		string,
		string,
		string,
	];
	if (!existsSync(tokenFile)) createSecretFile(tokenFile, `${newSecret("gr_")}\n`);
	if (!existsSync(certFile)) {
		// The library that makes certificates is loaded only where there is none.
		const { makeAuthority, makeServerCertificate } = await import("../../trust/certificates.ts");
		const made = await makeServerCertificate(await makeAuthority("Gondola replica"), ["localhost"]);
		rmSync(keyFile, { force: true });
		createSecretFile(keyFile, made.key);
		createSecretFile(certFile, made.certificate);
	}
	const certificate = readFileSync(certFile, "utf8");
	const pin = new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
	return { certificate, key: readSecretFile(keyFile), token: readSecretFile(tokenFile).trim(), tokenFile, pin };
}
