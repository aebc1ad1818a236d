using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Storage;

namespace Notify.Core.Workflows;

/// <summary>
/// Keeps workflows as documents: one for the newest version, under the name of the workflow, and one for each former version.
/// Before the newest version is replaced, it is written as a former one, so none is lost if the process ends in between.
/// </summary>
internal sealed class WorkflowStorage(IDocumentStore documents, TimeProvider time)
{
    private const string Collection = "workflows";
    private const string Former = "workflow-versions";

    // Names contain no control characters, so the IDs of the versions of different workflows do not mix.
    private const char Separator = '\u001f';

    /// <summary>Finds a version of a workflow; null for the newest.</summary>
    public async ValueTask<StoredWorkflow?> FindAsync(
        string tenant,
        string name,
        int? version,
        CancellationToken cancellationToken
    )
    {
        var newest = await ReadAsync(new DocumentKey(Collection, tenant, name), cancellationToken).ConfigureAwait(false);
        // A former version that is not older was left behind by a workflow that was deleted at the same time.
        if (newest is null || version is null || version >= newest.Workflow.Version)
            return version is null || version == newest?.Workflow.Version ? newest : null;

        return await ReadAsync(CreateFormerKey(tenant, name, version.Value), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the newest versions of a tenant's workflows, in ordinal order of their names.</summary>
    public async ValueTask<IReadOnlyList<Workflow>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = await documents
            .ListAsync(
                new DocumentQuery
                {
                    Collection = Collection,
                    Tenant = tenant,
                    From = prefix.Length > 0 ? prefix : null,
                    After = after.Length > 0 ? after : null,
                    Limit = limit,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return
        [
            .. found
                .TakeWhile(document => document.Key.Id.StartsWith(prefix, StringComparison.Ordinal))
                .Select(document => Read(document.Content).Workflow),
        ];
    }

    /// <summary>Lists the former versions before a version, newest first.</summary>
    public async ValueTask<IReadOnlyList<Workflow>> ListFormerAsync(
        string tenant,
        string name,
        int before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = await documents
            .ListAsync(
                new DocumentQuery
                {
                    Collection = Former,
                    Tenant = tenant,
                    From = name + Separator,
                    Before = CreateFormerKey(tenant, name, before).Id,
                    IsDescending = true,
                    Limit = limit,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(document => Read(document.Content).Workflow)];
    }

    /// <summary>Saves a workflow as the next version, unless it equals the newest one.</summary>
    public async ValueTask<ChangeResult<Workflow>> SaveAsync(
        Workflow workflow,
        Precondition precondition,
        CancellationToken cancellationToken
    )
    {
        var key = new DocumentKey(Collection, workflow.Tenant, workflow.Name);
        while (true)
        {
            var newest = await ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (!precondition.Holds(newest?.Tag))
                return new ChangeResult<Workflow> { Status = ChangeStatus.PreconditionFailed };
            if (newest is not null && HasSameContent(newest.Workflow, workflow))
                return CreateResult(ChangeStatus.Unchanged, newest);

            if (newest is not null)
                await KeepAsync(newest, cancellationToken).ConfigureAwait(false);
            var saved = workflow with { Version = (newest?.Workflow.Version ?? 0) + 1, SavedAt = time.GetUtcNow() };
            var content = Write(saved);
            if (!await ReplaceAsync(key, newest, content, cancellationToken).ConfigureAwait(false))
                continue;

            await RemoveOldestAsync(saved, cancellationToken).ConfigureAwait(false);
            return CreateResult(newest is null ? ChangeStatus.Created : ChangeStatus.Changed, Read(content));
        }
    }

    /// <summary>Deletes a workflow with its versions.</summary>
    public async ValueTask<ChangeStatus> DeleteAsync(
        string tenant,
        string name,
        Precondition precondition,
        CancellationToken cancellationToken
    )
    {
        var key = new DocumentKey(Collection, tenant, name);
        while (await ReadAsync(key, cancellationToken).ConfigureAwait(false) is { } newest)
        {
            if (!precondition.Holds(newest.Tag))
                return ChangeStatus.PreconditionFailed;

            // The newest version goes last: if the process ends before, the call can be repeated.
            await RemoveFormerAsync(newest.Workflow, cancellationToken).ConfigureAwait(false);
            if (
                await documents
                    .RemoveAsync(key, stored => stored.Span.SequenceEqual(newest.Content.Span), cancellationToken)
                    .ConfigureAwait(false)
            )
                return ChangeStatus.Removed;
        }

        return ChangeStatus.NotFound;
    }

    private ValueTask<bool> ReplaceAsync(
        DocumentKey key,
        StoredWorkflow? expected,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) =>
        documents.UpdateAsync(
            key,
            stored =>
                (stored, expected) switch
                {
                    (null, null) => content,
                    ({ } found, not null) when found.Span.SequenceEqual(expected.Content.Span) => content,
                    _ => (ReadOnlyMemory<byte>?)null,
                },
            cancellationToken
        );

    private async ValueTask KeepAsync(StoredWorkflow newest, CancellationToken cancellationToken)
    {
        var workflow = newest.Workflow;
        await documents
            .UpdateAsync(
                CreateFormerKey(workflow.Tenant, workflow.Name, workflow.Version),
                _ => newest.Content,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async ValueTask RemoveOldestAsync(Workflow saved, CancellationToken cancellationToken)
    {
        if (saved.Version > IWorkflows.MaxVersions)
            await documents
                .RemoveAsync(
                    CreateFormerKey(saved.Tenant, saved.Name, saved.Version - IWorkflows.MaxVersions),
                    _ => true,
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

    private async ValueTask RemoveFormerAsync(Workflow newest, CancellationToken cancellationToken)
    {
        var former = await ListFormerAsync(newest.Tenant, newest.Name, newest.Version, 1_000, cancellationToken)
            .ConfigureAwait(false);
        foreach (var version in former)
            await documents
                .RemoveAsync(CreateFormerKey(newest.Tenant, newest.Name, version.Version), _ => true, cancellationToken)
                .ConfigureAwait(false);
    }

    private async ValueTask<StoredWorkflow?> ReadAsync(DocumentKey key, CancellationToken cancellationToken) =>
        await documents.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } document ? Read(document.Content) : null;

    private static DocumentKey CreateFormerKey(string tenant, string name, int version) =>
        new(Former, tenant, string.Create(CultureInfo.InvariantCulture, $"{name}{Separator}{version:D10}"));

    private static bool HasSameContent(Workflow one, Workflow other) =>
        Write(one with { Version = 0, SavedAt = default })
            .AsSpan()
            .SequenceEqual(Write(other with { Version = 0, SavedAt = default }));

    private static byte[] Write(Workflow workflow) =>
        JsonSerializer.SerializeToUtf8Bytes(workflow, WorkflowJson.Default.Workflow);

    private static StoredWorkflow Read(ReadOnlyMemory<byte> content) =>
        new(JsonSerializer.Deserialize(content.Span, WorkflowJson.Default.Workflow)!, content);

    private static ChangeResult<Workflow> CreateResult(ChangeStatus status, StoredWorkflow stored) =>
        new()
        {
            Status = status,
            Value = stored.Workflow,
            Version = stored.Tag,
        };
}

/// <summary>A workflow as it is stored.</summary>
internal sealed record StoredWorkflow(Workflow Workflow, ReadOnlyMemory<byte> Content)
{
    /// <summary>Gets the tag of the content, for preconditions.</summary>
    public string Tag { get; } = Convert.ToHexStringLower(SHA256.HashData(Content.Span).AsSpan(0, 8));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(Workflow))]
internal sealed partial class WorkflowJson : JsonSerializerContext;
