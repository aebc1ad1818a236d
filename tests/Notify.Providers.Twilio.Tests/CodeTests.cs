using Notify.FakeGateways.Twilio;

namespace Notify.Providers.Twilio.Tests;

/// <summary>
/// Tests the outcome of each code in Twilio's error and warning dictionary (twilio.com/docs/api/errors) that can occur for a
/// message.
/// </summary>
public sealed class CodeTests(CodeTests.Twilio twilio) : IClassFixture<CodeTests.Twilio>
{
    public static TheoryData<int, string, Expected> Codes => TwilioDictionary.Entries;

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_code_has_an_outcome(int code, string name, Expected expected)
    {
        twilio.Gateway.Trouble = _ => new TwilioTrouble
        {
            Status = 400,
            Code = code,
            Message = "'text' to +46701234567",
        };

        ExpectedOutcomes.AssertIs(expected, $"{code} {name}", await twilio.Application.AttemptAsync());
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_message_that_fails_on_creation_has_the_outcome_of_its_code(int code, string name, Expected expected)
    {
        twilio.Gateway.Trouble = _ => new TwilioTrouble
        {
            Status = 201,
            Json = $$"""{"sid":"SM1","status":"failed","error_code":{{code}}}""",
        };

        ExpectedOutcomes.AssertIs(expected, $"{code} {name}", await twilio.Application.AttemptAsync());
    }

    /// <summary>A gateway and an application that the tests of all codes share.</summary>
    public sealed class Twilio : IAsyncLifetime
    {
        internal TwilioGateway Gateway { get; private set; } = null!;

        internal TwilioApplication Application { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Gateway = await TwilioGateway.StartAsync();
            Application = await TwilioApplication.StartAsync(Gateway);
        }

        public async ValueTask DisposeAsync()
        {
            await Application.DisposeAsync();
            await Gateway.DisposeAsync();
        }
    }
}
