import { useSpeech } from "../language/speech.ts";
import type { Word } from "../language/words.ts";
import { ScanField } from "../scanning/scan-field.tsx";
import { type Task, tasks } from "../state/act.ts";
import { rightOf } from "../state/do.ts";
import { show, useHand } from "../state/state.ts";
import { takeInHand } from "./article-tasks.tsx";

export const taskWord = (task: Task): Word => task;

/** Scan anything to see it, or choose what to do. */
export function Home() {
	const { say } = useSpeech();
	const who = useHand((all) => all.who);
	const allowed = tasks.filter((task) => who?.rights.includes(rightOf[task]) ?? false);
	return (
		<>
			<ScanField
				onArticle={(article) => {
					takeInHand(article);
					show({ at: "task", task: "look" });
				}}
			/>
			<nav class="tiles" aria-label="Gondola">
				{allowed.map((task) => (
					<button
						key={task}
						type="button"
						onClick={() => {
							takeInHand(undefined);
							show({ at: "task", task });
						}}
					>
						{say(taskWord(task))}
					</button>
				))}
			</nav>
			{who !== null && allowed.length <= 1 && <p class="amber">{say("noRight", who.name)}</p>}
		</>
	);
}
