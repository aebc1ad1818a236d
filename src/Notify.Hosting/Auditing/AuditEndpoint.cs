using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Auditing;

/// <summary><c>GET /v1/audit</c>: lists the audit log of a tenant page by page, newest first.</summary>
internal static class AuditEndpoint
{
    public static void MapAudit(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/audit", HandleAsync).ReadsQuery().Describe(AuditOperations.List);
        group.MapOtherMethods("/v1/audit", "GET, HEAD");
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAuditLog log)
    {
        var request = context.Request;
        var errors = new FieldErrors();
        var query = new AuditQuery { Tenant = RequestValues.GetTenant(request) };
        var page = RequestPage.Read(request, errors, field => query = Read(query, field));
        var requested = page.ToRequest();
        if (!errors.Any)
            errors.Add(log.Validate(query));
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await log.ListAsync(query, requested, context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(
            new AuditView(found.Items, RequestPage.NextAfter(request, found)),
            AuditViewJson.Default.AuditView
        );
    }

    private static AuditQuery Read(AuditQuery query, JsonField field)
    {
        switch (field.Name)
        {
            case "from":
                return query with { From = field.Time() };
            case "to":
                return query with { To = field.Time() };
            case "action":
                return query with { Action = field.Text() };
            case "actor":
                return query with { Actor = field.Text() };
            case "resource":
                return query with { Resource = field.Text() };
            default:
                field.Unknown("from", "to", "action", "actor", "resource", "after", "limit");
                return query;
        }
    }
}

/// <summary>A page of the audit log.</summary>
internal sealed record AuditView(IReadOnlyList<AuditRecord> Items, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(AuditView))]
internal sealed partial class AuditViewJson : JsonSerializerContext;
