import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeSecretFile } from "../../access/secret-file.ts";
import { lineUser } from "../../hq/enrolment/line-accounts.ts";
import { boxTrustFile, secretsOf } from "../../trust/box.ts";
import { readEnrolmentCode } from "../../trust/enrolment-code.ts";
import { ask } from "../verb/ask.ts";

/** The demo's store is enrolled as any other: a code, a key made here, a password. A store whose data was taken away is a box swap. */
export async function enrolDemoStore(hq: { url: string; line: string }, store: string, data: string): Promise<object> {
	const codeFor = (more: object) =>
		ask<{ code?: string; enrolled?: boolean }>(hq.url, "/api/v1/stores", { method: "POST", body: { id: store, ...more } });
	const first = await codeFor({});
	const isAway = first.enrolled === true && !existsSync(boxTrustFile(data));
	const { code } = isAway ? await codeFor({ replace: true }) : first;
	if (code !== undefined) {
		const read = readEnrolmentCode(code);
		if ("fault" in read) throw new Error(`head office made a code that cannot be read: ${read.fault}`);
		// Making certificates takes half a second to load, and a restart makes none.
		const { enrollData } = await import("../enrolment/enroll.ts");
		await enrollData(read, data);
	}
	return { url: hq.line, username: lineUser("demo", store), passwordFile: join(secretsOf(data), "line.password") };
}

/** Two other persons than the one who looks, so that four eyes can be tried: their tokens are in `tokens.json`. */
export async function makeDemoTokens(url: string, data: string): Promise<void> {
	const file = join(data, "tokens.json");
	if (existsSync(file)) return;
	const made: Record<string, string> = {};
	for (const name of ["pricer", "approver"]) {
		// Of an earlier run whose file was taken away.
		await ask(url, `/api/v1/tokens/${name}`, { method: "DELETE" }).catch(() => {});
		const { token } = await ask<{ token: string }>(url, "/api/v1/tokens", { method: "POST", body: { name, role: name } });
		made[name] = token;
	}
	writeSecretFile(file, `${JSON.stringify(made, null, "\t")}\n`);
}
