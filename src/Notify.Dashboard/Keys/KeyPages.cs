using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Keys;

/// <summary>The API keys of the tenant. A new secret is shown once, on the page that answers the form.</summary>
internal static class KeyPages
{
    private const string Path = "keys";
    private const string Kind = "api-keys";
    private const int MaxDays = 36_500;

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Admin, ListAsync);
        routes.MapAction($"{Path}/create", ApiScope.Admin, "createApiKey", Kind, CreateAsync, ListAsync);
        routes.MapAction($"{Path}/{{id}}/rotate", ApiScope.Admin, "rotateApiKey", Kind, RotateAsync);
        routes.MapAction($"{Path}/{{id}}/revoke", ApiScope.Admin, "revokeApiKey", Kind, RevokeAsync);
    }

    private static async Task<IResult> ListAsync(PageContext page) =>
        new PageResult<KeyListPage>(
            page,
            new KeyListView(await GetKeys(page).ListAsync(page.Tenant, page.GetPage(), page.Aborted).ConfigureAwait(false))
        );

    private static async Task<ActionOutcome> CreateAsync(PageContext page, AuditEntry entry)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var errors = new List<FieldError>();
        var draft = ReadDraft(page, form, errors);
        errors.AddRange(GetKeys(page).Validate(draft));
        if (draft.Scopes.HasFlag(ApiScope.Platform) && !page.Can(ApiScope.Platform))
            errors.Add(new FieldError("scopes", FieldErrorCodes.NotAllowed, "Only a key with the scope platform can grant it."));
        if (errors.Count > 0)
            throw new InvalidRequestException(errors);

        var issued = await GetKeys(page).CreateAsync(draft, page.Aborted).ConfigureAwait(false);
        entry.SetResource($"{issued.Key.Id}");
        entry.Add(new AuditChange("name", null, draft.Name));
        entry.Add(new AuditChange("scopes", null, string.Join(' ', ScopeNames.Get(draft.Scopes))));
        return Show(page, issued);
    }

    private static async Task<ActionOutcome> RotateAsync(PageContext page, AuditEntry entry)
    {
        var (key, refusal) = await FindAsync(page).ConfigureAwait(false);
        if (refusal is not null)
            return refusal;

        var issued = await GetKeys(page).RotateAsync(page.Tenant, key!.Id, null, page.Aborted).ConfigureAwait(false);
        return issued is null ? ActionOutcome.Refused(Path, "This key does not exist.") : Show(page, issued);
    }

    private static async Task<ActionOutcome> RevokeAsync(PageContext page, AuditEntry entry)
    {
        var (key, refusal) = await FindAsync(page).ConfigureAwait(false);
        if (refusal is not null)
            return refusal;

        return await GetKeys(page).RevokeAsync(page.Tenant, key!.Id, page.Aborted).ConfigureAwait(false)
            ? ActionOutcome.Done(Path, $"The key {key.Name} is revoked.")
            : ActionOutcome.Unchanged(Path, "This key does not exist.");
    }

    // An administrator of one tenant must not get a key for all tenants by rotating one.
    private static async Task<(ApiKey? Key, ActionOutcome? Refusal)> FindAsync(PageContext page)
    {
        var key = Guid.TryParse(RequestValues.Route(page.Http.Request, "id"), out var id)
            ? await GetKeys(page).FindAsync(page.Tenant, id, page.Aborted).ConfigureAwait(false)
            : null;
        if (key is null)
            return (null, ActionOutcome.Refused(Path, "This key does not exist."));
        return key.Scopes.HasFlag(ApiScope.Platform) && !page.Can(ApiScope.Platform)
            ? (null, ActionOutcome.Refused(Path, "Only a key with the scope platform can change this one."))
            : (key, null);
    }

    private static ApiKeyDraft ReadDraft(PageContext page, IFormCollection form, List<FieldError> errors) =>
        new()
        {
            Tenant = page.Tenant,
            Name = form["name"].ToString().Trim(),
            Scopes = ScopeNames.Parse(form["scopes"].OfType<string>()),
            Kind = Enum.TryParse<ApiKeyKind>(form["kind"], out var kind) ? kind : ApiKeyKind.Live,
            ExpiresAt = ReadDays(form["days"].ToString().Trim(), errors) is { } days
                ? page.Http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().AddDays(days)
                : null,
        };

    // A number that is not understood must not make a key that never expires.
    private static int? ReadDays(string text, List<FieldError> errors)
    {
        if (text.Length == 0)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= MaxDays)
            return days;
        errors.Add(
            new FieldError("days", FieldErrorCodes.Invalid, $"Use a whole number from 1 to {MaxDays}, or leave it empty.")
        );
        return null;
    }

    private static ActionOutcome Show(PageContext page, IssuedApiKey issued) =>
        ActionOutcome.Show(new PageResult<IssuedKeyPage>(page, issued), AuditOutcome.Succeeded);

    private static IApiKeys GetKeys(PageContext page) => page.Http.RequestServices.GetRequiredService<IApiKeys>();
}

/// <summary>The model of the API keys.</summary>
internal sealed record KeyListView(Page<ApiKey> Found);
