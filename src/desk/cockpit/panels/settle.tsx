import { useSpeech } from "../language/language.ts";

/** The two answers to a receipt in doubt: it came out whole, or it shall be printed again. */
export function SettleButtons({ settle }: { settle(as: "printed" | "again"): void }) {
	const { say } = useSpeech();
	return (
		<>
			<button type="button" onClick={() => settle("printed")}>
				{say("itIsComplete")}
			</button>
			<button type="button" onClick={() => settle("again")}>
				{say("printAgain")}
			</button>
		</>
	);
}
