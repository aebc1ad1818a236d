using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;

namespace Notify.Hosting.Diagnostics;

/// <summary><c>GET /v1/diagnostics</c>: checks the providers and engines of the process that answers.</summary>
internal static class DiagnosticsEndpoint
{
    public static void MapDiagnostics(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/diagnostics", HandleAsync).Describe(DiagnosticsOperations.Check);
        group.MapOtherMethods("/v1/diagnostics", "GET, HEAD");
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IDiagnostics diagnostics)
    {
        var found = await diagnostics.CheckAsync(context.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(
            new DiagnosticsView([.. found.Select(CheckView.Create)]),
            DiagnosticsJson.Default.DiagnosticsView
        );
    }
}

/// <summary>The checks.</summary>
internal sealed record DiagnosticsView(IReadOnlyList<CheckView> Checks);

/// <summary>A check.</summary>
internal sealed record CheckView(
    [property: Description("provider or engine.")] string Kind,
    string Name,
    [property: Description("The channel of a provider.")] string? Channel,
    [property: Description("ok, skipped, warning or failed.")] string Status,
    [property: Description("The finding, as a sentence.")] string Detail,
    [property: Description("How to fix it. Absent if nothing is wrong.")] string? Fix
)
{
    public static CheckView Create(Diagnosis diagnosis) =>
        new(
            diagnosis.Kind == DiagnosisKind.Provider ? "provider" : "engine",
            diagnosis.Name,
            diagnosis.Channel?.Name,
            diagnosis.Result.Status switch
            {
                CheckStatus.Ok => "ok",
                CheckStatus.Skipped => "skipped",
                CheckStatus.Warning => "warning",
                _ => "failed",
            },
            diagnosis.Result.Detail,
            diagnosis.Result.Fix
        );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(DiagnosticsView))]
internal sealed partial class DiagnosticsJson : JsonSerializerContext;
