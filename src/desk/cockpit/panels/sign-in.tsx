import { useState } from "preact/hooks";
import { useSpeech } from "../language/language.ts";
import type { Word } from "../language/words.ts";
import { hasPasskeys } from "../shared/passkeys.ts";
import { RefusalText } from "../shared/refusal-text.tsx";
import { useAttempt } from "../shared/use-attempt.ts";
import { startAgain } from "../state/live.ts";
import { api, change, useCockpit } from "../state/state.ts";
import { LanguageChoice } from "./language-choice.tsx";

/** Name and password; at a gateway without users also the claim code, which makes the first one. */
export function SignIn() {
	const { say } = useSpeech();
	const claims = useCockpit((all) => all.line === "unclaimed");
	const [code, setCode] = useState("");
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const { said, busy, attempt } = useAttempt(say("unreachable"));
	const enter = (way: () => Promise<unknown>) =>
		attempt(async () => {
			await way();
			setPassword("");
			change({ line: "opening" });
			startAgain();
			return "";
		});
	const submit = (event: Event) => {
		event.preventDefault();
		return enter(() => (claims ? api.claim(code, name, password) : api.signIn(name, password)));
	};
	const byPasskey = () => enter(() => api.signInByPasskey());
	const field = (word: Word, value: string, set: (value: string) => void, more: object) => (
		<label>
			{say(word)}
			<input required value={value} spellcheck={false} autocapitalize="none" onInput={(e) => set(e.currentTarget.value)} {...more} />
		</label>
	);
	return (
		<main class="door">
			<form class="panel sign-in" onSubmit={submit}>
				<h1>Gondola</h1>
				<p>{say(claims ? "unclaimed" : "locked")}</p>
				{claims && field("claimCode", code, setCode, { autocomplete: "one-time-code", class: "code" })}
				{field("userName", name, setName, { autocomplete: "username" })}
				{field("password", password, setPassword, { type: "password", autocomplete: claims ? "new-password" : "current-password" })}
				<button type="submit" disabled={busy || name === "" || password === "" || (claims && code === "")}>
					{say(claims ? "begin" : "signIn")}
				</button>
				{!claims && hasPasskeys() && (
					<button type="button" class="ghost" disabled={busy} onClick={byPasskey}>
						{say("byPasskey")}
					</button>
				)}
				<RefusalText said={said} />
				<LanguageChoice />
			</form>
		</main>
	);
}
