using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Dashboard.Access;

/// <summary>Keeps the keys of data protection as documents of the store, which all processes share.</summary>
/// <remarks>
/// Data protection reads its keys synchronously, at the first request and then about once a day. The work runs on another thread,
/// so that no synchronization context can block it.
/// </remarks>
internal sealed class KeyDocuments(IServiceProvider application) : IXmlRepository
{
    public const string Collection = "dashboard-keys";

    // Keys that have expired stay, as their sessions may still be valid. One is added every three months.
    private const int MaxKeys = 1_000;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var query = new DocumentQuery
        {
            Collection = Collection,
            Tenant = Trigger.DefaultTenant,
            Limit = MaxKeys,
        };
        var found = Task.Run(() => GetStore().ListAsync(query, CancellationToken.None).AsTask()).GetAwaiter().GetResult();
        return [.. found.Select(document => XElement.Parse(Encoding.UTF8.GetString(document.Content.Span)))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        ReadOnlyMemory<byte> content = Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting));
        var key = new DocumentKey(Collection, Trigger.DefaultTenant, friendlyName);
        Task.Run(() => GetStore().UpdateAsync(key, _ => content, CancellationToken.None).AsTask()).GetAwaiter().GetResult();
    }

    private IDocumentStore GetStore() => application.GetRequiredService<IDocumentStore>();
}
