using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.Keys;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Clients;

/// <summary><c>/v1/clients</c>: creates, lists, shows, rotates and revokes the clients of a tenant.</summary>
internal static class ClientEndpoints
{
    private const string Resource = "client";

    public static void MapClients(this RouteGroupBuilder group)
    {
        const string Clients = "/v1/clients";
        group.MapGet(Clients, ListAsync).ReadsQuery().Describe(ClientOperations.List);
        group.MapPost(Clients, CreateAsync).Describe(ClientOperations.Create).Audit("client created");
        group.MapOtherMethods(Clients, "GET, HEAD, POST");
        group.MapGet($"{Clients}/{{id}}", FindAsync).Describe(ClientOperations.Get);
        group.MapDelete($"{Clients}/{{id}}", RevokeAsync).Describe(ClientOperations.Revoke).Audit("client revoked");
        group.MapOtherMethods($"{Clients}/{{id}}", "GET, HEAD, DELETE");
        group.MapPost($"{Clients}/{{id}}/rotate", RotateAsync).Describe(ClientOperations.Rotate).Audit("client rotated");
        group.MapOtherMethods($"{Clients}/{{id}}/rotate", "POST");
    }

    private static Task<IResult> CreateAsync(HttpContext context, IClients clients) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var draft = ClientReader.ReadDraft(body, RequestValues.GetTenant(context.Request));
            if (draft.Scopes.HasFlag(ApiScope.Platform) && !Caller.Find(context)!.Has(ApiScope.Platform))
                body.Errors.Add("scopes", FieldErrorCodes.NotAllowed, "Only a caller with the scope platform can grant it.");
            body.Errors.Add(clients.Validate(draft));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var issued = await clients.CreateAsync(draft, context.RequestAborted).ConfigureAwait(false);
            context.AddAuditedChange("name", null, draft.Name);
            context.AddAuditedChange("scopes", null, string.Join(' ', ScopeNames.Get(draft.Scopes)));
            if (issued.Client.ExpiresAt is { } expiry)
                context.AddAuditedChange("expiresAt", null, expiry.ToString("O", CultureInfo.InvariantCulture));
            context.Response.Headers.Location = $"{context.Request.PathBase}{context.Request.Path}/{issued.Client.Id}";
            return TypedResults.Json(
                IssuedClientView.Create(issued),
                ClientsJson.Default.IssuedClientView,
                statusCode: StatusCodes.Status201Created
            );
        });

    private static async Task<IResult> ListAsync(HttpContext context, IClients clients)
    {
        var errors = new FieldErrors();
        var page = RequestPage.Read(context.Request, errors).ToRequest();
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await clients
            .ListAsync(RequestValues.GetTenant(context.Request), page, context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(
            new ClientsView([.. found.Items.Select(ClientView.Create)], RequestPage.NextAfter(context.Request, found)),
            ClientsJson.Default.ClientsView
        );
    }

    private static async Task<IResult> FindAsync(HttpContext context, IClients clients) =>
        await FindClientAsync(context, clients).ConfigureAwait(false) is { } client
            ? TypedResults.Json(ClientView.Create(client), ClientsJson.Default.ClientView)
            : Problem.Unknown(Resource);

    private static Task<IResult> RotateAsync(HttpContext context, IClients clients) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var overlap = ApiKeyReader.ReadOverlap(body);
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);
            if (await FindClientAsync(context, clients).ConfigureAwait(false) is not { } client)
                return Problem.Unknown(Resource);
            if (RefusePlatform(context, client) is { } refusal)
                return refusal;

            return
                await clients.RotateAsync(client.Tenant, client.Id, overlap, context.RequestAborted).ConfigureAwait(false)
                    is { } issued
                ? TypedResults.Json(IssuedClientView.Create(issued), ClientsJson.Default.IssuedClientView)
                : Problem.Unknown(Resource);
        });

    private static async Task<IResult> RevokeAsync(HttpContext context, IClients clients)
    {
        if (await FindClientAsync(context, clients).ConfigureAwait(false) is not { } client)
            return Problem.Unknown(Resource);
        if (RefusePlatform(context, client) is { } refusal)
            return refusal;

        return await clients.RevokeAsync(client.Tenant, client.Id, context.RequestAborted).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : Problem.Unknown(Resource);
    }

    private static Task<ApiClient?> FindClientAsync(HttpContext context, IClients clients) =>
        Guid.TryParseExact(RequestValues.Route(context.Request, "id"), "D", out var id)
            ? clients.FindAsync(RequestValues.GetTenant(context.Request), id, context.RequestAborted)
            : Task.FromResult<ApiClient?>(null);

    // Rotating a client shows its new secret. An administrator of one tenant must not get a client for all tenants this way.
    private static IResult? RefusePlatform(HttpContext context, ApiClient client)
    {
        var caller = Caller.Find(context)!;
        return client.Scopes.HasFlag(ApiScope.Platform) && !caller.Has(ApiScope.Platform)
            ? Problem.ScopeMissing(ApiScope.Platform, caller.Scopes)
            : null;
    }
}
