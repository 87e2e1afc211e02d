import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeSecretFile } from "../../access/secret-file.ts";
import { lineUser } from "../../hq/enrolment/line-accounts.ts";
import { boxTrustFile, secretsOf } from "../../trust/box.ts";
import { readEnrolmentCode } from "../../trust/enrolment-code.ts";
import { ask } from "../verb/ask.ts";

/** Enrols the demo's store like any other: with a code, a key made here, and a password. A store whose data was removed is a box swap. */
export async function enrolDemoStore(hq: { url: string; line: string }, store: string, data: string): Promise<object> {
	const codeFor = (more: object) =>
		ask<{ code?: string; enrolled?: boolean }>(hq.url, "/api/v1/stores", { method: "POST", body: { id: store, ...more } });
	const first = await codeFor({});
	const isAway = first.enrolled === true && !existsSync(boxTrustFile(data));
	const { code } = isAway ? await codeFor({ replace: true }) : first;
	if (code !== undefined) {
		const read = readEnrolmentCode(code);
		if ("fault" in read) throw new Error(`head office made a code that cannot be read: ${read.fault}`);
		// Loading the certificate library takes half a second, and a restart makes no certificates.
		const { enrollData } = await import("../enrolment/enroll.ts");
		await enrollData(read, data);
	}
	return { url: hq.line, username: lineUser("demo", store), passwordFile: join(secretsOf(data), "line.password") };
}

/** Makes two further persons, so that approval by a second person can be tried: their tokens are in `tokens.json`. */
export async function makeDemoTokens(url: string, data: string): Promise<void> {
	const file = join(data, "tokens.json");
	if (existsSync(file)) return;
	const made: Record<string, string> = {};
	for (const name of ["pricer", "approver"]) {
		// A token of an earlier run whose file was removed.
		await ask(url, `/api/v1/tokens/${name}`, { method: "DELETE" }).catch(() => {});
		const { token } = await ask<{ token: string }>(url, "/api/v1/tokens", { method: "POST", body: { name, role: name } });
		made[name] = token;
	}
	writeSecretFile(file, `${JSON.stringify(made, null, "\t")}\n`);
}
