using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Keys;

/// <summary><c>/v1/api-keys</c>: creates, lists, shows, rotates and revokes the API keys of a tenant.</summary>
internal static class ApiKeyEndpoints
{
    private const string Resource = "api key";

    public static void MapApiKeys(this RouteGroupBuilder group)
    {
        const string Keys = "/v1/api-keys";
        group.MapGet(Keys, ListAsync).ReadsQuery().Describe(ApiKeyOperations.List);
        group.MapPost(Keys, CreateAsync).Describe(ApiKeyOperations.Create).Audit("api key created");
        group.MapOtherMethods(Keys, "GET, HEAD, POST");
        group.MapGet($"{Keys}/{{id}}", FindAsync).Describe(ApiKeyOperations.Get);
        group.MapDelete($"{Keys}/{{id}}", RevokeAsync).Describe(ApiKeyOperations.Revoke).Audit("api key revoked");
        group.MapOtherMethods($"{Keys}/{{id}}", "GET, HEAD, DELETE");
        group.MapPost($"{Keys}/{{id}}/rotate", RotateAsync).Describe(ApiKeyOperations.Rotate).Audit("api key rotated");
        group.MapOtherMethods($"{Keys}/{{id}}/rotate", "POST");
    }

    private static Task<IResult> CreateAsync(HttpContext context, IApiKeys keys) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var draft = ApiKeyReader.ReadDraft(body, RequestValues.GetTenant(context.Request));
            if (draft.Scopes.HasFlag(ApiScope.Platform) && !Caller.Find(context)!.Has(ApiScope.Platform))
                body.Errors.Add("scopes", FieldErrorCodes.NotAllowed, "Only a caller with the scope platform can grant it.");
            body.Errors.Add(keys.Validate(draft));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var issued = await keys.CreateAsync(draft, context.RequestAborted).ConfigureAwait(false);
            AddAuditedChanges(context, ApiKeyView.Create(issued.Key));
            context.Response.Headers.Location = $"{context.Request.PathBase}{context.Request.Path}/{issued.Key.Id}";
            return TypedResults.Json(
                IssuedApiKeyView.Create(issued),
                ApiKeysJson.Default.IssuedApiKeyView,
                statusCode: StatusCodes.Status201Created
            );
        });

    private static async Task<IResult> ListAsync(HttpContext context, IApiKeys keys)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors).ToRequest();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await keys.ListAsync(RequestValues.GetTenant(context.Request), page, context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(
            new ApiKeysView([.. found.Items.Select(ApiKeyView.Create)], RequestPage.NextAfter(context.Request, found)),
            ApiKeysJson.Default.ApiKeysView
        );
    }

    private static async Task<IResult> FindAsync(HttpContext context, IApiKeys keys) =>
        await FindKeyAsync(context, keys).ConfigureAwait(false) is { } key
            ? TypedResults.Json(ApiKeyView.Create(key), ApiKeysJson.Default.ApiKeyView)
            : Problem.Unknown(Resource);

    private static Task<IResult> RotateAsync(HttpContext context, IApiKeys keys) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var overlap = ApiKeyReader.ReadOverlap(body);
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);
            if (await FindKeyAsync(context, keys).ConfigureAwait(false) is not { } key)
                return Problem.Unknown(Resource);
            if (RefusePlatform(context, key) is { } refusal)
                return refusal;

            return await keys.RotateAsync(key.Tenant, key.Id, overlap, context.RequestAborted).ConfigureAwait(false) is { } issued
                ? TypedResults.Json(IssuedApiKeyView.Create(issued), ApiKeysJson.Default.IssuedApiKeyView)
                : Problem.Unknown(Resource);
        });

    private static async Task<IResult> RevokeAsync(HttpContext context, IApiKeys keys)
    {
        if (await FindKeyAsync(context, keys).ConfigureAwait(false) is not { } key)
            return Problem.Unknown(Resource);
        if (RefusePlatform(context, key) is { } refusal)
            return refusal;

        return await keys.RevokeAsync(key.Tenant, key.Id, context.RequestAborted).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : Problem.Unknown(Resource);
    }

    private static void AddAuditedChanges(HttpContext context, ApiKeyView created)
    {
        context.AddAuditedChange("name", null, created.Name);
        context.AddAuditedChange("kind", null, created.Kind);
        context.AddAuditedChange("scopes", null, string.Join(' ', created.Scopes));
        if (created.ExpiresAt is { } expiry)
            context.AddAuditedChange("expiresAt", null, expiry.ToString("O", CultureInfo.InvariantCulture));
    }

    private static Task<ApiKey?> FindKeyAsync(HttpContext context, IApiKeys keys) =>
        Guid.TryParseExact(RequestValues.Route(context.Request, "id"), "D", out var id)
            ? keys.FindAsync(RequestValues.GetTenant(context.Request), id, context.RequestAborted)
            : Task.FromResult<ApiKey?>(null);

    // Rotating a key shows its new secret. An administrator of one tenant must not get a key for all tenants this way.
    private static IResult? RefusePlatform(HttpContext context, ApiKey key)
    {
        var caller = Caller.Find(context)!;
        return key.Scopes.HasFlag(ApiScope.Platform) && !caller.Has(ApiScope.Platform)
            ? Problem.ScopeMissing(ApiScope.Platform, caller.Scopes)
            : null;
    }
}
