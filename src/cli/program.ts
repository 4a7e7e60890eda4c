import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { addAudit } from './audit.ts';
import { addConfig } from './config.ts';
import { addExplain } from './explain.ts';
import { addInject } from './inject.ts';
import { addManifests } from './manifests.ts';
import type { Output } from './output.ts';
import { addPolicy } from './policy.ts';
import { addRbac } from './rbac.ts';
import { addServe } from './serve.ts';
import { addUninject } from './uninject.ts';

/** The command line. Each command adds itself, with all that its `--help` says. */
export function createProgram(output: Output): Command {
  const program = new Command('podherald')
    .description(
      'Gives annotated pods their own metadata (Downward API) and an ambassador to the API server: a mutating admission webhook, and the same injection for manifests.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.note })
    .showHelpAfterError('(--help tells more)');
  addServe(program, output);
  addInject(program, output);
  addUninject(program, output);
  addExplain(program, output);
  addAudit(program, output);
  addManifests(program, output);
  addPolicy(program, output);
  addConfig(program, output);
  addRbac(program, output);
  return program;
}
