// judging COUNT: judges so many times and sends [MB of resident memory after a tenth, after all].
import { judgeTypicalImage } from "./signed-image.js";

const count = Number(process.argv[2]);
const { core, judge } = judgeTypicalImage();
const resident: number[] = [];
for (let i = 1; i <= count; i++) {
  judge();
  if (i % 1000 === 0) core.idle(1000);
  if (i === count / 10 || i === count) resident.push(process.memoryUsage.rss() / 1e6);
}
process.send?.(resident);
