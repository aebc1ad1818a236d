using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Notify;
using Notify.Testing;

namespace NotifyApi.Tests;

public sealed class ShipTests
{
    [Fact]
    public async Task A_shipped_order_is_announced_once()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var api = new ApiFactory();
        using var client = api.CreateClient();

        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var answer = await client.PostAsJsonAsync(
                "/orders/42/ship",
                new { email = "ada@example.org" },
                cancellationToken
            );
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        await api.Sandbox.WaitAsync(cancellationToken);
        api.Sandbox.Messages.Over(Channel.Email).To("ada@example.org").WithTitle("Order 42 is on its way").AssertOne();
    }

    private sealed class ApiFactory : WebApplicationFactory<Program>
    {
        public NotificationsSandbox Sandbox => Services.GetRequiredService<NotificationsSandbox>();

        protected override void ConfigureWebHost(IWebHostBuilder builder) =>
            builder.ConfigureTestServices(services => services.AddNotificationsSandbox());
    }
}
