import { autoscale } from './autoscale.ts';
import { budget } from './budget.ts';
import { cloudMap } from './cloud-map.ts';
import { demo } from './demo.ts';
import { deployInDrought50, deployInDrought100, deployRolledBack } from './deploy-in-drought.ts';
import { deployWhenShort } from './deploy-when-short.ts';
import { dynamicPorts } from './dynamic-ports.ts';
import { failingReleases } from './failing-releases.ts';
import { failingShift } from './failing-shift.ts';
import { hooks } from './hooks.ts';
import { pauseInStorm } from './pause.ts';
import { quota } from './quota.ts';
import { resume } from './resume.ts';
import { scale } from './scale.ts';
import type { Scenario } from './scenario.ts';
import { shortage } from './shortage.ts';
import { singleton } from './singleton.ts';
import { strategy } from './strategy.ts';
import { terraformDestroy } from './terraform-destroy.ts';
import { withdraw } from './withdraw.ts';

/** Every named scenario; `npm run scenario` lists them. */
export const scenarios: readonly Scenario[] = [
  demo,
  shortage,
  autoscale,
  deployInDrought50,
  deployInDrought100,
  deployRolledBack,
  deployWhenShort,
  strategy,
  singleton,
  dynamicPorts,
  cloudMap,
  pauseInStorm,
  terraformDestroy,
  withdraw,
  budget,
  quota,
  resume,
  hooks,
  failingReleases,
  failingShift,
  scale,
];
