using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Core.Queries;
using Notify.Storage;

namespace Notify.Core.Auditing;

/// <summary>Keeps the audit log as documents whose IDs are ordered by time.</summary>
internal sealed class AuditLog(IDocumentStore documents) : IAuditLog
{
    public const string Collection = "audit";

    /// <summary>The maximum number of records that one call examines.</summary>
    private const int MaxScanned = 5_000;

    private const int ScanBatchSize = 500;

    private static readonly PageRequest FirstPage = new();

    public async Task WriteAsync(AuditRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        InvalidRequestException.ThrowIfAny(AuditRules.Check(record));

        var content = JsonSerializer.SerializeToUtf8Bytes(record, AuditJson.Default.AuditRecord);
        await documents
            .UpdateAsync(new DocumentKey(Collection, record.Tenant, record.Id.ToString()), _ => content, cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task<Page<AuditRecord>> ListAsync(
        AuditQuery query,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        page ??= FirstPage;
        var errors = AuditRules.Check(query);
        var after = QueryRules.CheckPage(errors, page);
        InvalidRequestException.ThrowIfAny(errors);

        var (from, to) = IdRange.Create(
            new NotificationFilter
            {
                Tenant = query.Tenant,
                From = query.From,
                To = query.To,
            },
            after
        );
        return await ScanAsync(query, from, to, page.Limit, cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<FieldError> Validate(AuditQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return AuditRules.Check(query);
    }

    /// <summary>Deletes old records. Returns how many.</summary>
    public ValueTask<int> PurgeAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        documents.RemoveBeforeAsync(Collection, IdRange.GetLowestId(before).ToString(), most, cancellationToken);

    private async Task<Page<AuditRecord>> ScanAsync(
        AuditQuery query,
        Guid? from,
        Guid? to,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = new List<AuditRecord>();
        var before = to?.ToString();
        for (var scanned = 0; scanned < MaxScanned; )
        {
            var size = Math.Min(ScanBatchSize, MaxScanned - scanned);
            var batch = await documents
                .ListAsync(
                    new DocumentQuery
                    {
                        Collection = Collection,
                        Tenant = query.Tenant,
                        From = from?.ToString(),
                        Before = before,
                        IsDescending = true,
                        Limit = size,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            for (var i = 0; i < batch.Count; i++)
            {
                before = batch[i].Key.Id;
                var record = JsonSerializer.Deserialize(batch[i].Content.Span, AuditJson.Default.AuditRecord)!;
                if (AuditRules.Matches(query, record))
                    found.Add(record);
                if (found.Count == limit && (i + 1 < batch.Count || batch.Count == size))
                    return new Page<AuditRecord> { Items = found, Next = before };
            }

            scanned += batch.Count;
            if (batch.Count < size)
                return new Page<AuditRecord> { Items = found };
        }

        return new Page<AuditRecord> { Items = found, Next = before };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(AuditRecord))]
internal sealed partial class AuditJson : JsonSerializerContext;
