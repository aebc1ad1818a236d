using System.Text;

namespace Notify.Client.Outbox;

/// <summary>Divides rows into requests.</summary>
internal static class OutboxRequests
{
    /// <summary>A body that common proxies let through: nginx refuses more than 1 MiB by default.</summary>
    private const int MaxBytes = 512 * 1024;

    /// <summary>
    /// A row that failed more often is sent in a request of its own. If a request fails because of one of its rows, such as one
    /// that a firewall refuses, the others get through.
    /// </summary>
    private const int MaxSharedAttempts = 4;

    /// <summary>Divides rows by tenant, which a header names, and by size. The order of the rows of a tenant is kept.</summary>
    public static IEnumerable<IReadOnlyList<OutboxRow>> Divide(IEnumerable<OutboxRow> rows)
    {
        foreach (var tenant in rows.GroupBy(row => row.Tenant))
        {
            var request = new List<OutboxRow>();
            var bytes = 0;
            foreach (var row in tenant)
            {
                if (row.Attempts > MaxSharedAttempts)
                {
                    yield return [row];
                    continue;
                }

                var size = Encoding.UTF8.GetByteCount(row.Body) + 1;
                if (request.Count > 0 && bytes + size > MaxBytes)
                {
                    yield return request;
                    (request, bytes) = ([], 0);
                }

                request.Add(row);
                bytes += size;
            }

            if (request.Count > 0)
                yield return request;
        }
    }
}
