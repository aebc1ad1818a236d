using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Notify.Core.Auditing;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Auditing;

/// <summary>The record of the current call. Its endpoint adds what it knows.</summary>
internal sealed class AuditEntry(AuditRecord record)
{
    private const int MaxIdLength = 512;

    private readonly List<AuditChange> _changes = [];

    public AuditRecord Record { get; private set; } = record;

    /// <summary>Gets the resource that a path names: its last segment before a parameter, and the parameters.</summary>
    public static AuditResource? GetResource(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern: { } pattern })
            return null;

        // The prefix of the application is in front of the version.
        var segments = pattern
            .PathSegments.Select(segment => segment.Parts[0])
            .SkipWhile(part => part is not RoutePatternLiteralPart { Content: "v1" })
            .Skip(1)
            .ToList();
        var last = segments.FindLastIndex(part => part is RoutePatternParameterPart);
        var kind = segments.Take(last < 0 ? 1 : last).OfType<RoutePatternLiteralPart>().LastOrDefault()?.Content;
        var ids = segments
            .OfType<RoutePatternParameterPart>()
            .Select(parameter => RequestValues.Route(context.Request, parameter.Name));
        return kind is null ? null : new AuditResource(kind, last < 0 ? null : Shorten(string.Join('/', ids)));
    }

    /// <summary>Sets the ID of a resource that the call has created, from the path that the response names.</summary>
    public void SetResource(HttpResponse response)
    {
        if (Record.Resource is { Id: null } && response.Headers.Location.ToString() is { Length: > 0 } path)
            SetResource(Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]));
    }

    public void SetResource(string id) =>
        Record = Record with { Resource = new AuditResource(Record.Resource?.Kind ?? "", Shorten(id)) };

    public void Add(AuditChange change) => _changes.Add(change);

    /// <summary>Completes the record.</summary>
    public AuditRecord Complete(AuditOutcome outcome, int? status) =>
        Record = Record with
        {
            Outcome = outcome,
            Status = status,
            Changes = outcome is AuditOutcome.Refused ? [] : [.. _changes.Take(AuditRules.MaxChanges)],
        };

    // The path may have any length, and the record is written before the path is validated.
    private static string Shorten(string id) => id.Length <= MaxIdLength ? id : $"{id[..MaxIdLength]}…";
}

/// <summary>Extension methods by which an endpoint completes the audit record of its call.</summary>
internal static class AuditEntryExtensions
{
    /// <summary>Sets the ID of the resource, where the path does not name it.</summary>
    public static void SetAuditedId(this HttpContext context, string id) => context.Features.Get<AuditEntry>()?.SetResource(id);

    /// <summary>Adds a changed field with values, which must not contain addresses, tokens or content.</summary>
    public static void AddAuditedChange(this HttpContext context, string field, string? before, string? after) =>
        context.Features.Get<AuditEntry>()?.Add(new AuditChange(field, before, after));

    /// <summary>Adds the names of the fields in which two versions of a resource differ, without their values.</summary>
    public static void AddAuditedFields<T>(this HttpContext context, T? before, T after, JsonTypeInfo<T> type)
        where T : class
    {
        if (context.Features.Get<AuditEntry>() is not { } entry)
            return;

        var old = before is null ? default : JsonSerializer.SerializeToElement(before, type);
        var current = JsonSerializer.SerializeToElement(after, type);
        foreach (var field in current.EnumerateObject())
        {
            if (before is null || !old.TryGetProperty(field.Name, out var known) || !JsonElement.DeepEquals(known, field.Value))
                entry.Add(new AuditChange(field.Name));
        }

        if (before is null)
            return;
        foreach (var field in old.EnumerateObject().Where(field => !current.TryGetProperty(field.Name, out _)))
            entry.Add(new AuditChange(field.Name));
    }
}
