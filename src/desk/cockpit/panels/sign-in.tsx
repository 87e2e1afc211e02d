import { useState } from "preact/hooks";
import { useSpeech } from "../language/language.ts";
import { Refused } from "../state/api.ts";
import { startAgain } from "../state/live.ts";
import { api, change } from "../state/state.ts";

/** Only where the gateway listens beyond its own box. */
export function SignIn() {
	const { say } = useSpeech();
	const [token, setToken] = useState("");
	const [said, setSaid] = useState("");
	const signIn = async (event: Event) => {
		event.preventDefault();
		try {
			await api.signIn(token);
			change({ line: "opening" });
			startAgain();
		} catch (error) {
			setSaid(error instanceof Refused && error.status !== 0 ? error.message : say("unreachable"));
		}
	};
	return (
		<form class="panel sign-in" onSubmit={signIn}>
			<h1>Gondola</h1>
			<p>{say("locked")}</p>
			<label>
				{say("token")}
				<input type="password" autocomplete="current-password" value={token} onInput={(e) => setToken(e.currentTarget.value)} />
			</label>
			<button type="submit" disabled={token === ""}>
				{say("signIn")}
			</button>
			{said !== "" && (
				<p class="refused" role="alert">
					{said}
				</p>
			)}
		</form>
	);
}
