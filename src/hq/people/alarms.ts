/** Alarms for the operators of head office. An alarm is a row of the audit; acknowledging it adds another row. */
import type { FastifyInstance } from "fastify";
import { HqRefusal } from "../refusal.ts";
import { type Audit, type AuditEntry, acknowledged } from "./audit.ts";

/** Sentences by the act of the row: what is wrong and what to do. {name} and {address} are those of the row. */
const sentences: Readonly<Record<string, Record<"en" | "zh", { what: string; do: string }>>> = {
	"sign-in-alarm": {
		en: {
			what: "Somebody guesses passwords at head office: ten refusals for the name {name}, or from {address}.",
			do: "Find out what {address} is, and keep it off head office's network if it is nobody of yours.",
		},
		zh: {
			what: "有人在尝试猜测总部密码：用户名 {name} 或地址 {address} 已被拒绝十次。",
			do: "请查明 {address} 是什么设备；若不是本公司设备，请将其断开。",
		},
	},
	"clocks-differ": {
		en: {
			what: "Head office's clock and that of store {name} differ. The store goes by its own, and prices change there at its time.",
			do: "Compare head office's clock with the time of day (timedatectl). If it is right, have the store's box set by a time server.",
		},
		zh: {
			what: "总部时钟与门店 {name} 的时钟不一致。门店以自己的时间为准，调价按门店时间生效。",
			do: "请将总部时钟与标准时间对照（timedatectl）；若总部无误，请让门店主机用时间服务器校时。",
		},
	},
	"enrolment-code-used": {
		en: {
			what: "The enrolment code of store {name} was used a second time. Whoever reads it over a shoulder tries it too.",
			do: "Ask in the store. If nobody there enrolled twice, enrol again: gondola hq enroll {name} --again",
		},
		zh: { what: "门店 {name} 的登记码被再次使用。", do: "请向门店确认；若非本人操作，请重新登记：gondola hq enroll {name} --again" },
	},
};

const alarmsMost = 200;

export function alarmRoutes(app: FastifyInstance, audit: Audit, languageOf: (header: string | undefined) => "en" | "zh"): void {
	app.get("/api/v1/alarms", async (request) => {
		const language = languageOf(request.headers["accept-language"]);
		return { items: await openAlarms(audit, language) };
	});
	app.post<{ Params: { id: string } }>("/api/v1/alarms/:id/acknowledge", async (request) => {
		const { id } = request.params;
		const open = (await audit.alarms(alarmsMost)).some(({ n }) => String(n) === id);
		if (!open) throw new HqRefusal("alarm-unknown", `No open alarm has the id ${id.slice(0, 20)}.`);
		await audit.note(request.asker!.actor, acknowledged, id, "done");
		return { id, acknowledged: true };
	});
}

export interface HqAlarm {
	id: string;
	level: "YELLOW";
	code: string;
	what: string;
	do: string;
	since: string;
}

async function openAlarms(audit: Audit, language: "en" | "zh"): Promise<HqAlarm[]> {
	return (await audit.alarms(alarmsMost)).map((row) => shown(row, language));
}

function shown(row: AuditEntry, language: "en" | "zh"): HqAlarm {
	const said = sentences[row.what]?.[language] ?? { what: row.what, do: "" };
	const facts: Record<string, string> = { name: (row.subject ?? "").slice(0, 40), address: row.address ?? "?" };
	const fill = (sentence: string): string => sentence.replace(/\{(\w+)\}/g, (_, fact: string) => facts[fact] ?? "");
	return { id: String(row.n), level: "YELLOW", code: row.what, what: fill(said.what), do: fill(said.do), since: row.at };
}
