using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Auditing;

/// <summary>The audit log of a service.</summary>
internal sealed class RemoteAuditLog(ServiceCalls service) : IAuditLog
{
    public Task WriteAsync(AuditRecord record, CancellationToken cancellationToken = default) =>
        throw Remote.CreateNotSupported(
            "The service records the calls that it gets. Keep a log of this application's own actions."
        );

    public async Task<Page<AuditRecord>> ListAsync(
        AuditQuery query,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = CallPath
            .Create("v1/audit")
            .With("from", query.From)
            .With("to", query.To)
            .With("action", query.Action)
            .With("actor", query.Actor)
            .With("resource", query.Resource)
            .With(page)
            .ToString();
        var answer = await service
            .CallAsync(ServiceRequest.Get(path, query.Tenant), AuditJson.Default.PageAnswerAuditRecord, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreatePage();
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(AuditQuery query) => [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PageAnswer<AuditRecord>))]
internal sealed partial class AuditJson : JsonSerializerContext;
