import { chineseFields } from "../../words/sentences/fields-zh.ts";
import { chineseRails } from "../../words/sentences/rails-zh.ts";
import { sayIn } from "../../words/sentences/sentence.ts";
import { chineseGoods } from "./goods-zh.ts";
import { chineseTills } from "./tills-zh.ts";

/** What a refusal of the gateway, or a guard rail, says of the store's things, in Chinese. */
export const sayInChinese = sayIn(chineseGoods, chineseTills, chineseRails, chineseFields);
