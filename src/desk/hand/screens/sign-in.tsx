import { useState } from "preact/hooks";
import { LanguageSelect } from "../../cockpit/shared/language-select.tsx";
import { hasPasskeys } from "../../cockpit/shared/passkeys.ts";
import { RefusalText } from "../../cockpit/shared/refusal-text.tsx";
import { useAttempt } from "../../cockpit/shared/use-attempt.ts";
import { useSpeech } from "../language/speech.ts";
import type { Word } from "../language/words.ts";
import { gateway } from "../state/gateway.ts";
import { look } from "../state/live.ts";
import { sendSoon } from "../state/outbox.ts";
import { change, speak, useHand } from "../state/state.ts";

/** Name and password; says whose acts wait on this device. */
export function SignIn() {
	const { say, language } = useSpeech();
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const { said, busy, attempt } = useAttempt(say("unreachable"));
	const enter = (way: () => Promise<unknown>) =>
		attempt(async () => {
			await way();
			setPassword("");
			change({ line: "opening" });
			await look();
			sendSoon();
			return "";
		});
	const submit = (event: Event) => {
		event.preventDefault();
		return enter(() => gateway.signIn(name, password));
	};
	const field = (word: Word, value: string, set: (value: string) => void, more: object) => (
		<label>
			{say(word)}
			<input required value={value} onInput={(e) => set(e.currentTarget.value)} {...more} />
		</label>
	);
	return (
		<main>
			<form class="sign-in" onSubmit={submit}>
				<h1>Gondola</h1>
				<p>{say("locked")}</p>
				<Waiting />
				{field("userName", name, setName, { autocomplete: "username", spellcheck: false, autocapitalize: "none" })}
				{field("password", password, setPassword, { type: "password", autocomplete: "current-password" })}
				<button type="submit" class="act" disabled={busy || name === "" || password === ""}>
					{say("signIn")}
				</button>
				{hasPasskeys() && (
					<button type="button" class="second" disabled={busy} onClick={() => void enter(() => gateway.signInByPasskey())}>
						{say("byPasskey")}
					</button>
				)}
				<RefusalText said={said} />
				<LanguageSelect label={say("language")} value={language} onChoose={speak} />
			</form>
		</main>
	);
}

/** Whose acts wait on this device. */
function Waiting() {
	const { say } = useSpeech();
	const acts = useHand((all) => all.acts).filter(({ state }) => state === "waiting");
	return (
		<>
			{[...new Set(acts.map(({ by }) => by))].map((by) => (
				<p key={by} class="amber">
					{say("actsOf", acts.filter((act) => act.by === by).length, by)}
				</p>
			))}
		</>
	);
}

/** A gateway without users: the first one is made in the cockpit. */
export function Unclaimed() {
	const { say } = useSpeech();
	return (
		<main>
			<p class="amber">{say("unclaimed")}</p>
			<a href="/">{say("cockpit")}</a>
		</main>
	);
}
