import type { FiscalView } from "./fiscal.ts";

const lookEveryMs = 25;
/** Added to the wait, because the decision that the wait is over has to be written first. */
const graceMs = 1_000;

/**
 * Waits until a sale is signed, or went to paper without a code, so that the till can tell its customer. After `waitSeconds` it answers
 * with what is known then.
 */
export async function untilDecided(
	view: FiscalView,
	read: (id: string) => FiscalView | undefined,
	waitSeconds: number,
): Promise<FiscalView> {
	const endMs = performance.now() + waitSeconds * 1_000 + graceMs;
	let seen = view;
	while (seen.state === "waiting" && performance.now() < endMs) {
		await new Promise((done) => setTimeout(done, lookEveryMs));
		seen = read(view.id) ?? seen;
	}
	return seen;
}
