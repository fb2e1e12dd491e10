import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { parseFunctionName } from '@sluice/contracts';
import { type FunctionLogPage } from '@sluice/logging';
import { Authenticated } from '../http/authenticated';
import { type AdminRequest } from '../http/admin-request';
import { LogService } from './log-service';

@Controller('v1/functions/:name/logs')
export class LogsController {
  constructor(@Inject(LogService) private readonly logs: LogService) {}

  @Get()
  @Authenticated({ action: 'sluice:GetFunctionLogs' })
  read(@Param('name') name: string, @Req() request: AdminRequest): Promise<FunctionLogPage> {
    return this.logs.read(parseFunctionName(name), request);
  }
}
