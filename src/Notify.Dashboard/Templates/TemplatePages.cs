using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;

namespace Notify.Dashboard.Templates;

/// <summary>The templates, and the editor with a preview per channel and locale.</summary>
internal static class TemplatePages
{
    private const string Path = "templates";
    private const string Editor = "template-editor";

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, ListAsync);
        routes.MapPage(Editor, ApiScope.Read, ShowAsync);
        routes.MapForm($"{Editor}/draft", ApiScope.Read, ShowDraftAsync);
        routes.MapForm($"{Editor}/html", ApiScope.Read, ShowHtmlAsync);
        routes.MapAction($"{Editor}/save", ApiScope.Manage, "saveTemplate", Path, SaveAsync);
        routes.MapAction($"{Editor}/delete", ApiScope.Manage, "deleteTemplate", Path, DeleteAsync);
    }

    public static ITemplateCatalog GetCatalog(PageContext page) =>
        page.Http.RequestServices.GetRequiredService<ITemplateCatalog>();

    private static async Task<IResult> ListAsync(PageContext page)
    {
        var request = page.GetPage() with { Prefix = page.GetQuery("prefix") ?? "" };
        return new PageResult<TemplateListPage>(
            page,
            await GetCatalog(page).ListAsync(page.Tenant, request, page.Aborted).ConfigureAwait(false)
        );
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        if (page.GetQuery("name") is not { } name)
            return await ShowAsync(page, TemplateDraft.CreateNew()).ConfigureAwait(false);

        int? version = int.TryParse(page.GetQuery("version"), out var number) ? number : null;
        return await GetCatalog(page).FindAsync(page.Tenant, name, version, page.Aborted).ConfigureAwait(false) is { } template
            ? await ShowAsync(page, TemplateDraft.From(template, isOld: version is not null)).ConfigureAwait(false)
            : DashboardRoutes.ShowMissing(page, "template");
    }

    private static async Task<IResult> ShowDraftAsync(PageContext page) =>
        await ShowAsync(page, await ReadAsync(page).ConfigureAwait(false)).ConfigureAwait(false);

    // Posts into a frame, because a page under its own policy cannot show the styles of an email.
    private static async Task<IResult> ShowHtmlAsync(PageContext page)
    {
        var draft = await ReadAsync(page).ConfigureAwait(false);
        var preview = await draft.PreviewAsync(page).ConfigureAwait(false);
        var html = preview.Contents.ElementAtOrDefault(draft.Frame)?.Content.Html;
        return PageHeaders.ShowEmail(page.Http.Response, html ?? "<p>This cannot be shown. The page lists the errors.</p>");
    }

    private static async Task<ActionOutcome> SaveAsync(PageContext page, AuditEntry entry)
    {
        var draft = await ReadAsync(page).ConfigureAwait(false);
        var template = draft.ToTemplate(page.Tenant);
        if (template.Name.Length > 0)
            entry.SetResource(template.Name);
        if (GetCatalog(page).Validate(template) is { Count: > 0 } errors)
            return ActionOutcome.Show(await ShowAsync(page, draft, errors).ConfigureAwait(false), AuditOutcome.Refused);

        var version = await GetCatalog(page).SaveAsync(template, page.Aborted).ConfigureAwait(false);
        entry.Add(new AuditChange("version", null, $"{version}"));
        return ActionOutcome.Done($"{Editor}?name={PageContext.Escape(template.Name)}", $"Saved as version {version}.");
    }

    private static async Task<ActionOutcome> DeleteAsync(PageContext page, AuditEntry entry)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var name = form["name"].ToString();
        entry.SetResource(name);
        if (form["confirm"] != "true")
            return ActionOutcome.Refused($"{Editor}?name={PageContext.Escape(name)}", "Nothing was deleted: tick the box first.");

        return await GetCatalog(page).DeleteAsync(page.Tenant, name, page.Aborted).ConfigureAwait(false)
            ? ActionOutcome.Done(Path, $"The template {name} is deleted.")
            : ActionOutcome.Unchanged(Path, "This template does not exist.");
    }

    private static async Task<TemplateDraft> ReadAsync(PageContext page) =>
        TemplateDraft.Read(await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false));

    private static async Task<IResult> ShowAsync(PageContext page, TemplateDraft draft, IReadOnlyList<FieldError>? errors = null)
    {
        var versions = draft.IsNew
            ? null
            : await GetCatalog(page)
                .ListVersionsAsync(page.Tenant, draft.Name, new PageRequest { Limit = 20 }, page.Aborted)
                .ConfigureAwait(false);
        var view = new TemplateView
        {
            Draft = draft,
            Errors = errors ?? [],
            Preview = await draft.PreviewAsync(page).ConfigureAwait(false),
            Versions = versions?.Items ?? [],
        };
        var status = errors is { Count: > 0 } ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return new PageResult<TemplateEditorPage>(page, view, status);
    }
}

/// <summary>The model of the editor.</summary>
internal sealed record TemplateView
{
    public required TemplateDraft Draft { get; init; }

    /// <summary>Gets why the template could not be saved.</summary>
    public required IReadOnlyList<FieldError> Errors { get; init; }

    public required DraftPreview Preview { get; init; }

    public required IReadOnlyList<VersionSummary> Versions { get; init; }
}
