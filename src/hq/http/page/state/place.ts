import { ask, Refused } from "../../../../desk/cockpit/shared/ask.ts";
import { hasPasskeys, signWithPasskey } from "../../../../desk/cockpit/shared/passkeys.ts";
import type { EnrolAnswer, QuarantinedBox, Restoration } from "../../../../words/answers/head-office/stores.ts";
import type { List } from "../../../../words/answers/list.ts";

/** Who is a store's box. Where head office asks for it by "approval-needed", the person's passkey signs the act. */
export function places(language: () => string) {
	const send = <T>(method: string, path: string, body: object = {}) => ask<T>(method, `/api/v1/${path}`, language(), body, 30_000);
	const get = <T>(path: string) => ask<T>("GET", `/api/v1/${path}`, language(), undefined, 30_000);
	const ofStore = (store: string): string => `stores/${encodeURIComponent(store)}`;

	/** `question`: where head office says what is to be signed. */
	async function signedAsAsked<T>(method: string, path: string, body: object, question: { path: string; body: object }): Promise<T> {
		try {
			return await send<T>(method, path, body);
		} catch (error) {
			if (!(error instanceof Refused && error.code === "approval-needed" && hasPasskeys())) throw error;
			const { at, publicKey } = await send<{ at: string; publicKey: Record<string, unknown> }>("POST", question.path, question.body);
			const answer = await signWithPasskey(publicKey);
			return send<T>(method, path, { ...body, approval: { at, answer } });
		}
	}

	return {
		enrol: (id: string, replace: boolean) =>
			signedAsAsked<EnrolAnswer>(...(["POST", "stores", { id, replace, qr: true }] as const), {
				path: `${ofStore(id)}/place/options`,
				body: { does: "swap" },
			}),
		boxesApart: async (store: string) =>
			(await get<List<QuarantinedBox>>(`${ofStore(store)}/quarantine`)).items.filter(({ stream }) => stream === "facts"),
		giveBack: (store: string, box: string) =>
			signedAsAsked<{ incarnation: number }>(
				"POST",
				`${ofStore(store)}/incarnations`,
				{ box },
				{
					path: `${ofStore(store)}/place/options`,
					body: { does: "swap", box },
				},
			),
		endEnrolment: (store: string) =>
			signedAsAsked<object>(
				"DELETE",
				`${ofStore(store)}/enrolment`,
				{},
				{ path: `${ofStore(store)}/place/options`, body: { does: "end" } },
			),
		restored: async () => (await get<List<Restoration>>("restorations")).items,
		takeBack: () => signedAsAsked<object>("POST", "restorations/release", {}, { path: "restorations/release/options", body: {} }),
	};
}
