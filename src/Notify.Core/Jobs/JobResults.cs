using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>
/// Keeps the results of jobs as documents, one or more per step. Each begins with the number of the lease under which it was
/// written and the number of parts of its step, so that a worker that lost its lease neither replaces nor extends what the next
/// one wrote.
/// </summary>
internal sealed class JobResults(IDocumentStore documents)
{
    /// <summary>The collection, whose documents have the ID of the job, the step and the part.</summary>
    public const string Collection = "job-results";

    private const string Expiries = "job-result-expiries";
    private const int HeaderBytes = sizeof(long) + sizeof(int);
    private const int MaxBytes = 500_000;
    private const int PageSize = 100;

    private static readonly byte[] Entry = "{}"u8.ToArray();

    /// <summary>Stores the lines of a step.</summary>
    public async ValueTask SaveAsync(StoredJob job, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var parts = (lines.Length + MaxBytes - 1) / MaxBytes;
        for (var part = 0; part < parts; part++)
        {
            var bytes = lines.Slice(part * MaxBytes, Math.Min(MaxBytes, lines.Length - (part * MaxBytes)));
            var content = new byte[HeaderBytes + bytes.Length];
            BinaryPrimitives.WriteInt64BigEndian(content, job.Fence);
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(sizeof(long)), parts);
            bytes.CopyTo(content.AsMemory(HeaderBytes));
            await documents
                .UpdateAsync(
                    CreateKey(job.Job, job.NextStep, part),
                    stored => stored is { } other && ReadFence(other) > job.Fence ? null : content,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>Reads the lines of the steps that are done.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        StoredJob job,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var step = 0; step < job.NextStep; step++)
        {
            for (var (part, parts) = (0, 1); part < parts; part++)
            {
                var key = CreateKey(job.Job, step, part);
                if (await documents.FindAsync(key, cancellationToken).ConfigureAwait(false) is not { } document)
                    break;

                parts = BinaryPrimitives.ReadInt32BigEndian(document.Content.Span[sizeof(long)..]);
                yield return document.Content[HeaderBytes..];
            }
        }
    }

    /// <summary>Notes when a result expires. It is removed at that time even if its job ends in between.</summary>
    public async ValueTask ExpireAsync(Job job, DateTimeOffset at, CancellationToken cancellationToken) =>
        await documents
            .UpdateAsync(new DocumentKey(Expiries, job.Tenant, $"{Format(at)}/{job.Id}"), static _ => Entry, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Removes the results that have expired.</summary>
    public async ValueTask PurgeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new DocumentQuery
        {
            Collection = Expiries,
            Before = Format(now),
            Limit = PageSize,
        };
        while (await documents.ListAsync(query, cancellationToken).ConfigureAwait(false) is { Count: > 0 } expired)
        {
            foreach (var key in expired.Select(document => document.Key))
            {
                var id = Guid.Parse(key.Id.AsSpan(key.Id.IndexOf('/', StringComparison.Ordinal) + 1));
                await RemoveAsync(key.Tenant, id, cancellationToken).ConfigureAwait(false);
                await documents.RemoveAsync(key, static _ => true, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes the result of a job.</summary>
    public async ValueTask RemoveAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        var query = new DocumentQuery
        {
            Collection = Collection,
            Tenant = tenant,
            From = $"{id}/",
            // The character after the slash.
            Before = $"{id}0",
            Limit = PageSize,
        };
        while (await documents.ListAsync(query, cancellationToken).ConfigureAwait(false) is { Count: > 0 } parts)
        {
            foreach (var part in parts)
                await documents.RemoveAsync(part.Key, static _ => true, cancellationToken).ConfigureAwait(false);
        }
    }

    private static long ReadFence(ReadOnlyMemory<byte> content) => BinaryPrimitives.ReadInt64BigEndian(content.Span);

    private static string Format(DateTimeOffset time) =>
        time.ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture);

    private static DocumentKey CreateKey(Job job, int step, int part) =>
        new(Collection, job.Tenant, string.Create(CultureInfo.InvariantCulture, $"{job.Id}/{step:D8}/{part:D4}"));
}
