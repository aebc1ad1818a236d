using Notify.Client.Calls;

namespace Notify.Client.Templates;

/// <summary>The templates of a service.</summary>
internal sealed class RemoteTemplateCatalog(ServiceCalls service) : ITemplateCatalog
{
    private const string Path = "v1/templates";

    public async Task<Template?> FindAsync(
        string tenant,
        string name,
        int? version = null,
        CancellationToken cancellationToken = default
    )
    {
        var path = GetPath(name).With("version", version).ToString();
        var found = await service
            .FindAsync(ServiceRequest.Get(path, tenant), TemplateJson.Default.Template, cancellationToken)
            .ConfigureAwait(false);
        return found?.Value;
    }

    public async Task<Page<TemplateSummary>> ListAsync(
        string tenant,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest.Get(CallPath.Create(Path).With(page).ToString(), tenant);
        var answer = await service
            .CallAsync(request, TemplateJson.Default.PageAnswerTemplateSummary, cancellationToken)
            .ConfigureAwait(false);
        return answer.CreatePage();
    }

    public async Task<Page<VersionSummary>?> ListVersionsAsync(
        string tenant,
        string name,
        PageRequest? page = null,
        CancellationToken cancellationToken = default
    )
    {
        var request = ServiceRequest.Get(GetPath(name).Add("versions").With(page).ToString(), tenant);
        var found = await service
            .FindAsync(request, TemplateJson.Default.PageAnswerVersionSummary, cancellationToken)
            .ConfigureAwait(false);
        return found?.Value.CreatePage();
    }

    // Every save makes a version, so that a repeated call could make two.
    public async Task<int> SaveAsync(Template template, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(template);
        var request = ServiceRequest
            .Put(GetPath(template.Name).ToString(), template.Tenant)
            .With(new TemplateBody(template.Variants, template.Layout, template.Track), TemplateJson.Default.TemplateBody);
        var saved = await service
            .CallAsync(request, TemplateJson.Default.SavedTemplateAnswer, cancellationToken)
            .ConfigureAwait(false);
        return saved.Version;
    }

    // The rules depend on the settings of the service, which validates every call.
    public IReadOnlyList<FieldError> Validate(Template template) => [];

    public IReadOnlyList<FieldWarning> FindWarnings(Template template) => [];

    public async Task<IReadOnlyList<ContentVariant>> PreviewAsync(
        Template template,
        TemplatePreview preview,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(preview);
        var body = new PreviewBody(
            template.Variants,
            template.Layout,
            preview.DataElement,
            preview.Recipient,
            preview.Locale,
            preview.TimeZone
        );
        var request = ServiceRequest
            .Post($"{Path}/preview", template.Tenant)
            .With(body, TemplateJson.Default.PreviewBody)
            .Repeat();
        var rendered = await service
            .CallAsync(request, TemplateJson.Default.PreviewAnswer, cancellationToken)
            .ConfigureAwait(false);
        return [.. rendered.Variants.Select(CreateVariant)];
    }

    public async Task<bool> DeleteAsync(string tenant, string name, CancellationToken cancellationToken = default) =>
        await service
            .RemoveAsync(ServiceRequest.Delete(GetPath(name).ToString(), tenant).Repeat(), cancellationToken)
            .ConfigureAwait(false) == ChangeStatus.Removed;

    private static ContentVariant CreateVariant(TemplateVariant variant) =>
        new(
            variant.Channel,
            variant.Locale,
            new Content
            {
                Title = variant.Title,
                Body = variant.Body,
                Html = variant.Html,
                Inbox = variant.Inbox,
            }
        );

    private static CallPath GetPath(string name) => CallPath.Create(Path).Add("name", name);
}
