using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Notify.Core;
using Notify.Hosting.Auditing;
using Notify.Hosting.Forwarding;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Authentication;

/// <summary>Endpoint metadata that names the action for the log.</summary>
/// <param name="Action">The action of a successful call, such as <c>user deleted</c>.</param>
/// <param name="IsDone">
/// Returns whether the value of an answer means that the action was performed. Null if every successful call performs it.
/// </param>
internal sealed record Audited(string Action, Func<object?, bool>? IsDone = null)
{
    /// <summary>
    /// Gets whether the call belongs to everyday traffic, which is audited only with
    /// <see cref="NotificationsApiOptions.AuditEverydayCalls"/>.
    /// </summary>
    public bool IsEveryday { get; init; }
}

/// <summary>
/// Stores a record of each audited call, and logs the successful ones with the action, the tenant, the ID of the caller's key
/// and the client's address. User ids and content are never logged.
/// </summary>
/// <remarks>
/// The record is stored before the call, with an unknown outcome, and completed after it. If the store does not accept the first
/// write, the call is not performed. A crash, or a store that fails after the change, therefore leaves a record without an
/// outcome instead of none.
/// </remarks>
internal sealed class AuditFilter(IServiceProvider services, bool withEverydayCalls, ILogger logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (GetAudited(http.GetEndpoint()!) is not { } audited)
            return await next(context).ConfigureAwait(false);

        var log = (IAuditLog)services.GetService(typeof(IAuditLog))!;
        var caller = Caller.Find(http)!;
        var entry = new AuditEntry(CreateRecord(http, caller));
        http.Features.Set(entry);
        await log.WriteAsync(entry.Record, http.RequestAborted).ConfigureAwait(false);
        try
        {
            var result = await next(context).ConfigureAwait(false);
            var outcome = GetOutcome(audited, result);
            if (outcome == AuditOutcome.Succeeded)
                Log.Audited(logger, audited.Action, entry.Record.Tenant, caller.Id, FailedCalls.GetClient(http));
            entry.SetResource(http.Response);
            await CompleteAsync(log, entry.Complete(outcome, GetStatus(result))).ConfigureAwait(false);
            return result;
        }
        catch
        {
            if (entry.Record.Outcome == AuditOutcome.Unknown)
                await CompleteAsync(log, entry.Complete(AuditOutcome.Failed, null)).ConfigureAwait(false);
            throw;
        }
    }

    // The process that handles a forwarded call records it.
    private Audited? GetAudited(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<Audited>() is { } audited
        && (withEverydayCalls || !audited.IsEveryday)
        && endpoint.Metadata.GetMetadata<ForwardedEndpoint>() is null
            ? audited
            : null;

    private AuditRecord CreateRecord(HttpContext http, Caller caller)
    {
        var at = ((TimeProvider)services.GetService(typeof(TimeProvider))!).GetUtcNow();
        return new AuditRecord
        {
            Id = ((IdGenerator)services.GetService(typeof(IdGenerator))!).Create(at),
            At = at,
            Tenant = RequestValues.GetTenant(http.Request),
            Actor = caller.CreateActor(),
            Action = http.GetEndpoint()!.Metadata.GetMetadata<ApiOperation>()!.Id,
            Resource = AuditEntry.GetResource(http),
            Client = http.Connection.RemoteIpAddress?.ToString(),
            Outcome = AuditOutcome.Unknown,
        };
    }

    // The change is made, so the call does not fail. The record stays without an outcome.
    private async Task CompleteAsync(IAuditLog log, AuditRecord record)
    {
        try
        {
            await log.WriteAsync(record, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.AuditIncomplete(logger, record.Id, record.Action, record.Tenant, record.Outcome, exception);
        }
    }

    private static AuditOutcome GetOutcome(Audited audited, object? result) =>
        GetStatus(result) switch
        {
            >= StatusCodes.Status500InternalServerError => AuditOutcome.Failed,
            >= StatusCodes.Status400BadRequest => AuditOutcome.Refused,
            _ when audited.IsDone?.Invoke((result as IValueHttpResult)?.Value) is false => AuditOutcome.Unchanged,
            _ => AuditOutcome.Succeeded,
        };

    private static int? GetStatus(object? result) =>
        result is IStatusCodeHttpResult { StatusCode: var status } ? status ?? StatusCodes.Status200OK : null;
}

internal static class AuditExtensions
{
    /// <summary>Stores an audit record for each call of an endpoint, and logs a line for each successful one.</summary>
    public static RouteHandlerBuilder Audit(
        this RouteHandlerBuilder endpoint,
        string action,
        Func<object?, bool>? isDone = null
    ) => endpoint.WithMetadata(new Audited(action, isDone));

    /// <summary>Audits the calls of an endpoint of everyday traffic, if the host wants it.</summary>
    public static RouteHandlerBuilder AuditEveryday(this RouteHandlerBuilder endpoint, string action) =>
        endpoint.WithMetadata(new Audited(action) { IsEveryday = true });
}
