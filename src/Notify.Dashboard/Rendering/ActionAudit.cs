using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Core;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using HostingLog = Notify.Hosting.Log;

namespace Notify.Dashboard.Rendering;

/// <summary>
/// Stores an audit record for each action as the API does: before the action with an unknown outcome, and completed after it.
/// </summary>
internal sealed class ActionAudit(IServiceProvider services)
{
    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ActionAudit).Namespace!);

    public async Task<ActionOutcome> RunAsync(
        PageContext page,
        string action,
        AuditResource resource,
        Func<AuditEntry, Task<ActionOutcome>> perform
    )
    {
        var log = services.GetRequiredService<IAuditLog>();
        var entry = new AuditEntry(CreateRecord(page, action, resource));
        await log.WriteAsync(entry.Record, page.Aborted).ConfigureAwait(false);
        try
        {
            var result = await perform(entry).ConfigureAwait(false);
            if (result.Outcome == AuditOutcome.Succeeded)
                HostingLog.Audited(_logger, action, page.Tenant, page.Caller!.Id, FailedCalls.GetClient(page.Http));
            await CompleteAsync(log, entry.Complete(result.Outcome, null)).ConfigureAwait(false);
            return result;
        }
        catch (Exception exception)
        {
            var outcome = exception is InvalidRequestException ? AuditOutcome.Refused : AuditOutcome.Failed;
            if (entry.Record.Outcome == AuditOutcome.Unknown)
                await CompleteAsync(log, entry.Complete(outcome, null)).ConfigureAwait(false);
            throw;
        }
    }

    private AuditRecord CreateRecord(PageContext page, string action, AuditResource resource)
    {
        var at = services.GetRequiredService<TimeProvider>().GetUtcNow();
        return new AuditRecord
        {
            Id = services.GetRequiredService<IdGenerator>().Create(at),
            At = at,
            Tenant = page.Tenant,
            Actor = page.Caller!.CreateActor(),
            Action = action,
            Resource = resource,
            Client = page.Http.Connection.RemoteIpAddress?.ToString(),
            Outcome = AuditOutcome.Unknown,
        };
    }

    // The change is made, so the action does not fail. The record stays without an outcome.
    private async Task CompleteAsync(IAuditLog log, AuditRecord record)
    {
        try
        {
            await log.WriteAsync(record, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            HostingLog.AuditIncomplete(_logger, record.Id, record.Action, record.Tenant, record.Outcome, exception);
        }
    }
}
