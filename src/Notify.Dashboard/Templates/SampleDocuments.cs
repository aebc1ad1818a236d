using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Storage;

namespace Notify.Dashboard.Templates;

/// <summary>The sample data of templates, which everybody sees who previews them.</summary>
internal static class SampleDocuments
{
    private const string Collection = "dashboard-samples";

    // Sample data is small. Without a limit, a form could fill the store.
    private const int MaxLength = 32_768;

    public static async Task<string?> FindAsync(PageContext page, string template)
    {
        var found = await GetStore(page).FindAsync(CreateKey(page, template), page.Aborted).ConfigureAwait(false);
        return found is null ? null : Encoding.UTF8.GetString(found.Content.Span);
    }

    /// <summary>Stores sample data, if it is valid JSON.</summary>
    public static async Task SaveAsync(PageContext page, string template, string data)
    {
        if (data.Length > MaxLength || !IsJson(data))
            return;
        ReadOnlyMemory<byte> content = Encoding.UTF8.GetBytes(data);
        await GetStore(page).UpdateAsync(CreateKey(page, template), _ => content, page.Aborted).ConfigureAwait(false);
    }

    public static async Task RemoveAsync(PageContext page, string template) =>
        await GetStore(page).RemoveAsync(CreateKey(page, template), _ => true, page.Aborted).ConfigureAwait(false);

    private static bool IsJson(string data)
    {
        try
        {
            using var parsed = JsonDocument.Parse(data);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static DocumentKey CreateKey(PageContext page, string template) => new(Collection, page.Tenant, template);

    private static IDocumentStore GetStore(PageContext page) => page.Http.RequestServices.GetRequiredService<IDocumentStore>();
}
